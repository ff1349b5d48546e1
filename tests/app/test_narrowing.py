"""What is left of the list by what is typed, and what comes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.model_rows import ModelRow, model_rows
from tui.app.narrowing import narrow
from tui.model.recent import Recent
from tui.model.source import ModelSource

RECENT = (
    Recent(ModelSource("/home/me/nets/net.py:ConvNet"), "/data/pictures"),
    Recent(ModelSource("ssd_512_mobilenet1.0_voc", classes=("fig", "date")), "/data/VOCdevkit"),
)
ROWS = model_rows(RECENT, {"resnet50_v1"})


def names(typed: str, rows: list[ModelRow] = ROWS) -> list[str]:
    return [row.source.model for row in narrow(rows, typed).rows]


def test_nothing_typed_leaves_all_the_last_opened_first() -> None:
    assert names("  ") == [row.source.model for row in ROWS]
    assert names("")[:3] == [RECENT[0].source.model, "ssd_512_mobilenet1.0_voc", "alexnet"]
    assert len(names("")) == 368


def test_words_are_all_meant() -> None:
    rows = narrow(ROWS, "detection voc").rows
    assert len(rows) > 20
    assert all(row.entry and row.entry.task == "detection" for row in rows)
    assert all("voc" in row.words for row in rows)
    assert names("voc, detection") == names("detection voc")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("resnet50", "resnet50_v1"),
        ("resnet50_v1b", "resnet50_v1b"),
        ("RESNET50-V1B", "resnet50_v1b"),
        ("vision resnet50", "vision.resnet50_v1"),
        ("frcnn r50 voc", "faster_rcnn_resnet50_v1b_voc"),
        ("faster r-cnn fpn", "faster_rcnn_fpn_resnet101_v1d_coco"),
        ("yolo3 mb1 coco", "yolo3_mobilenet1.0_coco"),
        ("cityscapes", "danet_resnet101_citys"),
        ("disk", "resnet50_v1"),
        ("convnet", RECENT[0].source.model),
        ("date", "ssd_512_mobilenet1.0_voc"),
    ],
)
def test_the_first_is_the_one_that_is_meant(typed: str, first: str) -> None:
    assert names(typed)[0] == first
    assert not narrow(ROWS, typed).nearest


def test_opened_lately_stays_before_a_better_match() -> None:
    found = narrow(ROWS, "mobilenet1.0").rows
    assert found[0].recent == RECENT[1]
    assert found[1].source.model == "mobilenet1.0"


def test_nothing_matches_the_nearest_are_shown() -> None:
    found = narrow(ROWS, "moblienet2_1.0 xqx")
    assert found.nearest
    assert "mobilenetv2_1.0" in [row.source.model for row in found.rows]
    nothing = narrow(ROWS, "%%%%%%")
    assert nothing.nearest
    assert not nothing.rows


@given(st.text(max_size=30))
def test_any_text_leaves_rows_of_the_list_each_once(typed: str) -> None:
    rows = narrow(ROWS, typed).rows
    places = [ROWS.index(row) for row in rows]
    assert len(set(places)) == len(places)


def test_a_long_name_is_searched_in_no_time() -> None:
    rows = model_rows([Recent(ModelSource("/" + "ab" * 2000 + ".params"))], ())
    assert narrow(rows, "babababbbbba").rows
