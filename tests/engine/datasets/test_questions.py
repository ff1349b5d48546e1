"""What is asked of a data set without a model."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.datasets.coco_file import coco_content, write_coco
from tests.engine.voc_tree import usual_tree, write_annotation, write_picture
from tui.engine.datasets import survey_data
from tui.engine.datasets.drawing import COLOURS
from tui.engine.datasets.questions import answer_on_data
from tui.engine.refusal import Refusal
from tui.runs.inspection import (
    ConvertData,
    DataConverted,
    DataSummary,
    PicturesDrawn,
    ShowPictures,
    SurveyData,
)


def asked(question: SurveyData | ShowPictures | ConvertData) -> object:
    return answer_on_data(question, lambda _: None)


def test_a_summary_without_a_model(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    for number in range(2):
        write_annotation(
            tmp_path / "Annotations" / f"p{number}.xml",
            [("cat", 5, 5, 5, 30), ("cat", 5, 5, 30, 30), ("owl", 1, 1, 99, 9)],
        )
    write_annotation(tmp_path / "Annotations" / "p2.xml", [])
    found = asked(SurveyData(str(tmp_path)))
    assert isinstance(found, DataSummary)
    assert (found.kind, found.tasks) == ("Pascal VOC", ("detection",))
    assert (found.train, found.validation, found.boxes) == (3, 2, 7)
    assert found.classes == ("cat", "dog", "owl")
    assert (found.counts, found.validation_counts) == ((2, 0, 2), (2, 1, 0))
    kinds = {kind.kind: (kind.count, kind.first[0]) for kind in found.kinds}
    assert kinds == {
        "a box without area": (2, "p0.xml: cat: a box without area; left out"),
        "a box cut to the picture": (2, "p0.xml: owl: a box cut to the picture"),
        "picture without a label": (1, "p2.jpg: nothing is labelled"),
        "class without examples": (1, "dog: no training example"),
    }
    assert found.problem_count == 6


def test_ten_of_each_kind_are_named(tmp_path: Path) -> None:
    for number in range(30):
        write_picture(tmp_path / "train" / "cat" / f"{number}.jpg")
        if number < 15:
            (tmp_path / "train" / "cat" / f"{number}.jpg").write_bytes(b"")
    found = asked(SurveyData(str(tmp_path)))
    assert isinstance(found, DataSummary)
    (kind,) = found.kinds
    assert (kind.kind, kind.count, len(kind.first)) == ("unreadable picture", 15, 10)


def test_boxes_are_drawn_where_they_are(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    (tmp_path / "JPEGImages" / "p0.jpg").write_bytes(b"")
    found = asked(ShowPictures(str(tmp_path), count=1, size=(96, 80)))
    assert isinstance(found, PicturesDrawn)
    (picture,) = found.pictures
    assert (picture.name, picture.width, picture.height) == ("p1.jpg", 96, 80)
    assert picture.labels == ("cat 9, 9, 49, 59", "dog 39, 19, 89, 69")
    assert picture.legend == (("cat", 1, COLOURS[0]), ("dog", 1, COLOURS[1]))
    pixels = np.array(Image.open(io.BytesIO(picture.png)))
    assert (pixels[9, 9:39] == COLOURS[0]).all()
    assert (pixels[19:60, 39] == COLOURS[1]).all()
    assert found.total == 4


@pytest.mark.parametrize("task", ["segmentation", "instance segmentation", "classification"])
def test_shapes_are_drawn_for_each_task(task: str) -> None:
    found = asked(ShowPictures("shapes", task, 2, (64, 64)))
    assert isinstance(found, PicturesDrawn)
    assert len(found.pictures) == 2
    assert Image.open(io.BytesIO(found.pictures[0].png)).size == (64, 64)


def test_numbers_get_names(tmp_path: Path) -> None:
    for number in range(5):
        write_picture(tmp_path / "a" / "images" / f"{number}.jpg")
        labels = tmp_path / "a" / "labels" / f"{number}.txt"
        labels.parent.mkdir(exist_ok=True)
        labels.write_text(f"{number % 2} 0.5 0.5 0.5 0.5\n")
    question = ConvertData(str(tmp_path / "a"), str(tmp_path / "b"), "coco", classes=("cat", "dog"))
    done = asked(question)
    assert isinstance(done, DataConverted)
    assert (done.train, done.validation, done.boxes) == (4, 1, 5)
    found = asked(SurveyData(str(tmp_path / "b")))
    assert isinstance(found, DataSummary)
    assert found.classes == ("cat", "dog")


@pytest.mark.parametrize(("task", "kept"), [("", True), ("detection", False)])
def test_outlines_are_written_where_no_task_is_named(tmp_path: Path, task: str, kept: bool) -> None:
    write_coco(tmp_path / "a", coco_content())
    done = asked(ConvertData(str(tmp_path / "a"), str(tmp_path / "b"), "coco", task))
    assert isinstance(done, DataConverted)
    written = survey_data(str(tmp_path / "b"), "instance segmentation").pictures
    assert all(bool(one.polygons) == kept for picture in written for one in picture.objects)
    assert done.boxes == sum(len(picture.objects) for picture in written) == 8


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (SurveyData("/no/such/place"), "nothing at this path"),
        (SurveyData("shapes", "singing"), "no task is named 'singing'"),
        (SurveyData("pyproject.toml"), "a file of no kind that is known"),
        (SurveyData("tui"), "none of Pascal VOC"),
        (ConvertData("shapes", "/new", "voc", classes=("a",)), "and these have names"),
    ],
)
def test_what_cannot_be_asked(question: SurveyData | ConvertData, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        asked(question)
