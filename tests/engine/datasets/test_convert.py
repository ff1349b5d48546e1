"""Whatever is written can be read, and says the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.voc_tree import write_picture
from tui.engine.datasets import load_data, survey_data
from tui.engine.datasets.data import Task
from tui.engine.datasets.pictures import PictureFile
from tui.engine.datasets.survey import LabelledObject, LabelledPicture, Survey
from tui.engine.datasets.writing import write
from tui.engine.refusal import Refusal

WIDTH, HEIGHT = 97, 61
CLASSES = ("Cat", "big dog", "hühnchen")

quarters = st.integers(0, 4 * (HEIGHT - 2)).map(lambda value: value / 4)


@st.composite
def objects(draw: st.DrawFn) -> LabelledObject:
    left, top = draw(quarters), draw(quarters)
    right = left + 0.5 + draw(st.floats(0, 1)) * (WIDTH - 1.5 - left)
    bottom = top + 0.5 + draw(st.floats(0, 1)) * (HEIGHT - 1.5 - top)
    return LabelledObject(draw(st.sampled_from(CLASSES)), (left, top, right, bottom))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("pictures")
    files = [folder / f"ein Bild {number} ä.jpg" for number in range(4)]
    for number, file in enumerate(files):
        write_picture(file, WIDTH, HEIGHT, seed=number)
    return files


def survey_of(pictures: list[Path], labels: list[list[LabelledObject]]) -> Survey:
    found = [
        LabelledPicture(file.name, PictureFile(file), WIDTH, HEIGHT, tuple(label))
        for file, label in zip(pictures, labels, strict=True)
    ]
    return Survey("test", ("detection",), CLASSES, found[:3], found[3:], "3 / 1")


@pytest.mark.parametrize("form", ["voc", "coco", "yolo", "rec"])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(labels=st.lists(st.lists(objects(), min_size=1, max_size=4), min_size=4, max_size=4))
def test_the_same_boxes_come_back(
    form: str,
    labels: list[list[LabelledObject]],
    pictures: list[Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    # One is there twice in YOLO's lines where two are the same.
    labels = [list(dict.fromkeys(label)) for label in labels]
    into = tmp_path_factory.mktemp("written") / form
    written = write(survey_of(pictures, labels), "detection", str(into), form)
    assert (written.train, written.validation, written.left_out) == (3, 1, ())
    assert written.boxes == sum(map(len, labels))
    data = load_data(str(into), "detection", CLASSES)
    assert [problem.line for problem in data.problems] == []
    found = [*data.train.labels, *data.validation.labels]
    assert len(found) == 4
    for label, read in zip(labels, found, strict=True):
        expected = [(*one.box, CLASSES.index(one.name), 0) for one in label]
        assert np.allclose(read[:, :5], np.array(expected)[:, :5], atol=0.01)
    theirs = data.train[0][0].asnumpy()
    import mxnet as mx

    assert (theirs == mx.image.imread(str(pictures[0])).asnumpy()).all()


@pytest.mark.parametrize("form", ["rec", "folder"])
def test_classes_come_back(form: str, pictures: list[Path], tmp_path: Path) -> None:
    found = [
        LabelledPicture(
            f"x/{file.name}", PictureFile(file), WIDTH, HEIGHT, category=CLASSES[number % 2]
        )
        for number, file in enumerate(pictures)
    ]
    survey = Survey("test", ("classification",), CLASSES[:2], found[:2], found[2:], "")
    written = write(survey, "classification", str(tmp_path / "new"), form)
    assert (written.train, written.validation) == (2, 2)
    data = load_data(str(tmp_path / "new"), "classification", CLASSES[:2])
    assert (data.train.labels, data.validation.labels) == ([0, 1], [0, 1])
    assert data.train[1][0].shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_outlines_come_back(form: str, tmp_path: Path) -> None:
    survey = survey_data("shapes", "instance segmentation")
    survey.train, survey.validation = survey.train[:4], survey.validation[:2]
    into = str(tmp_path / "new")
    assert write(survey, "instance segmentation", into, form).left_out == ()
    data = load_data(into, "instance segmentation", survey.classes)
    for index, picture in enumerate(survey.train):
        _, label, polygons = data.train[index]
        assert len(label) == len(picture.objects)
        for one, found in zip(picture.objects, polygons, strict=True):
            expected = np.array(one.polygons[0]).reshape(-1, 2)
            assert np.allclose(found[0], expected, atol=0.01)
    theirs = load_data("shapes", "instance segmentation", survey.classes).train[2]
    assert (data.train[2][0].asnumpy() == theirs[0].asnumpy()).all()
    if form == "coco":  # boxes are written beside outlines
        assert np.allclose(data.train[2][1][:, :5], theirs[1])


def test_masks_come_back(tmp_path: Path) -> None:
    survey = survey_data("shapes", "segmentation")
    survey.train, survey.validation = survey.train[:3], survey.validation[:2]
    write(survey, "segmentation", str(tmp_path / "new"), "voc")
    data = load_data(str(tmp_path / "new"), "segmentation", survey.classes)
    theirs = load_data("shapes", "segmentation", survey.classes)
    assert (len(data.train), len(data.validation), data.problems) == (3, 2, [])
    for index in range(3):
        assert (data.train[index][1].asnumpy() == theirs.train[index][1].asnumpy()).all()


def test_objects_are_cut_out_for_a_folder_a_class(pictures: list[Path], tmp_path: Path) -> None:
    label = [LabelledObject("Cat", (10, 20, 39, 59)), LabelledObject("big dog", (0, 0, 96, 60))]
    survey = survey_of(pictures, [label] * 4)
    written = write(survey, "detection", str(tmp_path / "new"), "folder")
    assert (written.train, written.validation, written.boxes) == (6, 2, 8)
    data = load_data(str(tmp_path / "new"), "classification", CLASSES)
    assert data.train[0][0].shape == (40, 30, 3)
    assert data.train[3][0].shape == (HEIGHT, WIDTH, 3)


def test_gluoncv_reads_the_records(pictures: list[Path], tmp_path: Path) -> None:
    from gluoncv.data import RecordFileDetection

    label = [LabelledObject("big dog", (10, 20, 40, 50)), LabelledObject("Cat", (0, 0, 90, 30))]
    write(survey_of(pictures, [label] * 4), "detection", str(tmp_path / "new"), "rec")
    theirs = RecordFileDetection(str(tmp_path / "new" / "train.rec"))
    data = load_data(str(tmp_path / "new"), "detection", CLASSES)
    assert len(theirs) == len(data.train) == 3
    for (picture, boxes), (their_picture, their_boxes) in zip(data.train, theirs, strict=True):
        assert (picture.asnumpy() == their_picture.asnumpy()).all()
        assert np.allclose(boxes[:, :5], their_boxes, atol=1e-4)


@pytest.mark.parametrize(
    ("task", "form", "says"),
    [
        ("classification", "coco", "coco holds what is labelled for detection"),
        ("segmentation", "yolo", "and this is for segmentation"),
        ("detection", "zip", "no format is named 'zip'; there are voc, coco, yolo, rec, folder"),
    ],
)
def test_what_a_format_cannot_hold(tmp_path: Path, task: Task, form: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        write(survey_data("shapes", task), task, str(tmp_path / "new"), form)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(Refusal, match="is there already"):
        write(survey_data("shapes"), "detection", str(tmp_path), "voc")
    assert (tmp_path / "mine").read_text() == "mine"


def test_keypoints_come_back(tmp_path: Path) -> None:
    survey = survey_data("shapes", "pose")
    survey.train, survey.validation = survey.train[:3], survey.validation[:2]
    into = str(tmp_path / "new")
    assert write(survey, "pose", into, "coco").left_out == ()
    data, theirs = load_data(into, "pose", ()), load_data("shapes", "pose", ())
    assert data.joints == theirs.joints == ("tip", "left barb", "right barb", "tail")
    for index in range(3):
        found, expected = data.train[index], theirs.train[index]
        assert (found[0].asnumpy() == expected[0].asnumpy()).all()
        assert np.allclose(found[1]["joints_3d"], expected[1]["joints_3d"])
