"""The columns of the list of models."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.glyphs import ASCII, UNICODE
from tui.app.model_rows import model_rows
from tui.app.widgets.model_columns import GUTTER, NAME_LEAST, fit
from tui.model.recent import Recent
from tui.model.source import ModelSource

HOSTILE = Recent(ModelSource("\x1b[31m層[b].params", classes=("a",)), "/data/\u202evoc")
ROWS = model_rows([HOSTILE], {"alexnet"})


@given(st.integers(59, 250), st.integers(0, len(ROWS) - 1), st.sampled_from([UNICODE, ASCII]))
def test_a_row_fills_the_width(width: int, place: int, signs: object) -> None:
    columns = fit(width)
    line = "".join(columns.cells(ROWS[place], signs))  # type: ignore[arg-type]
    assert GUTTER + len(line) == width
    assert line.isprintable()
    assert len(columns.heads()) <= width
    assert columns.name >= NAME_LEAST


def test_more_columns_where_there_is_more_room() -> None:
    heads = [fit(width).heads().split() for width in (59, 79, 119)]
    assert heads[0] == ["model", "values", "weights"]
    assert heads[1] == ["model", "task", "input", "values", "weights"]
    assert " ".join(heads[2]) == "model task family trained on input params values weights"


def test_both_ends_of_a_long_name_are_shown() -> None:
    row = next(row for row in ROWS if row.name == "center_net_mobilenetv3_large_duc_voc")
    name = fit(59).cells(row, UNICODE)[0].rstrip()
    assert name.startswith("center_net_")
    assert name.endswith("_duc_voc")


@pytest.mark.parametrize(("model", "shown"), [("net.py:A", "~/net.py:A"), ("", "~/")])
def test_the_home_folder_is_short(model: str, shown: str) -> None:
    from tui.app.widgets.model_columns import at_home

    assert at_home(f"{Path.home()}/{model}") == shown
    assert at_home("/elsewhere/net.py:A") == "/elsewhere/net.py:A"
