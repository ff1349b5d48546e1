from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.engine.voc_tree import usual_tree, write_annotation, write_tree
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.refusal import Refusal

CLASSES = ("cat", "dog")


def lines(data: Data) -> list[str]:
    return [problem.line for problem in data.problems]


def test_reads_what_gluoncv_reads(tmp_path: Path) -> None:
    from gluoncv.data import VOCDetection

    class Pets(VOCDetection):
        CLASSES = ("cat", "dog")

    usual_tree(tmp_path / "VOC2007")
    data = load_data(str(tmp_path), "detection", CLASSES)
    theirs = Pets(root=str(tmp_path), splits=((2007, "trainval"),))
    assert len(data.train) == len(theirs) == 3
    for (picture, label), (their_picture, their_label) in zip(data.train, theirs, strict=True):
        assert np.array_equal(picture.asnumpy(), their_picture.asnumpy())
        assert np.array_equal(label, their_label)
    assert data.counts == (3, 1)
    assert data.split == "trainval / test"


def test_a_tree_may_be_named_itself(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    assert len(load_data(str(tmp_path), "detection", CLASSES).validation) == 2


def test_class_names_may_have_capitals(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {"a": [("Cat", 1, 1, 20, 20)], "b": [("Big Dog", 1, 1, 20, 20)]},
        {"train": ["a", "b"], "val": ["b"]},
    )
    data = load_data(str(tmp_path), "detection", ("Cat", "Big Dog"))
    assert [int(label[0, 4]) for label in data.train.labels] == [0, 1]
    assert data.train.classes == ("Cat", "Big Dog")


def test_a_label_outside_the_classes_is_refused_by_name(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    with pytest.raises(
        Refusal, match=r"do not name: dog \(2, first in p1.jpg\).*the classes are cat"
    ):
        load_data(str(tmp_path), "detection", ("cat",))


def test_a_box_without_area_is_skipped_counted_and_said(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    write_annotation(
        tmp_path / "Annotations" / "p0.xml", [("cat", 10, 10, 10, 40), ("cat", 5, 5, 30, 30)]
    )
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert lines(data) == ["p0.xml: cat: a box without area; left out"]
    assert data.counts == (3, 1)


def test_boxes_are_cut_to_the_picture(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    write_annotation(tmp_path / "Annotations" / "p0.xml", [("cat", 0, 0, 200, 40)])
    label = load_data(str(tmp_path), "detection", CLASSES).train.labels[0]
    assert label[0, :4].tolist() == [0, 0, 96, 39]


def test_an_annotation_without_its_picture_is_named(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    (tmp_path / "JPEGImages" / "p1.jpg").unlink()
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert lines(data) == ["p1.jpg: missing; left out"]
    assert len(data.train) == 2


def test_broken_pictures_and_annotations_are_named(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    pictures = tmp_path / "JPEGImages"
    (pictures / "p0.jpg").write_bytes((pictures / "p0.jpg").read_bytes()[:600])
    (tmp_path / "Annotations" / "p1.xml").write_text("<annotation><size>")
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert lines(data) == [
        "p0.jpg: a truncated JPEG; left out",
        "p1.xml: no whole XML; its picture is left out",
    ]
    assert [picture.name for picture in data.train.pictures] == ["p2.jpg"]


def test_no_usable_picture_says_why(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    for file in (tmp_path / "JPEGImages").iterdir():
        file.write_bytes(b"")
    with pytest.raises(Refusal, match=r"no usable picture for training \(p0.jpg: empty"):
        load_data(str(tmp_path), "detection", CLASSES)


def test_a_single_list_is_divided(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(10)]
    write_tree(tmp_path, {n: [("cat", 1, 1, 30, 30)] for n in names}, {"trainval": names})
    data = load_data(str(tmp_path), "detection", ("cat",))
    assert (len(data.train), len(data.validation)) == (8, 2)
    assert data.split == "trainval, a fifth kept for validation, drawn with seed 0"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "there is nothing at this path"),
        (lambda path: path.mkdir(), "the folder is empty"),
        (lambda path: path.write_text(""), "a file of no kind"),
        (lambda path: (path / "other").mkdir(parents=True), "no Pascal VOC tree"),
        (lambda path: (path / "ImageSets" / "Main").mkdir(parents=True), "neither trainval.txt"),
    ],
)
def test_what_is_no_tree(tmp_path: Path, make: object, says: str) -> None:
    path = tmp_path / "data"
    make(path)  # type: ignore[operator]
    with pytest.raises(Refusal, match=says):
        load_data(str(path), "detection", CLASSES)


def test_a_classifier_does_not_take_boxes(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    with pytest.raises(Refusal, match="needs a folder of pictures for each class"):
        load_data(str(tmp_path), "classification", CLASSES)


def test_a_tree_without_its_lists_says_which_folder_is_missing(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    shutil.rmtree(tmp_path / "ImageSets")
    with pytest.raises(Refusal, match=r"no Pascal VOC tree \(ImageSets/Main is missing\)"):
        load_data(str(tmp_path), "detection", CLASSES)


def test_a_list_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    (tmp_path / "ImageSets" / "Main" / "trainval.txt").write_text("p0\r\np1\r\n", "utf-8-sig")
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert (len(data.train), data.problems) == (2, [])


def test_annotations_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    annotations = tmp_path / "Annotations"
    (annotations / "p0.xml").write_text('<?xml version="1.0" encoding="nope"?><annotation/>')
    (annotations / "p1.xml").unlink()
    (annotations / "p1.xml").mkdir()
    (annotations / "p2.xml").write_text("<annotation/>")
    write_annotation(
        annotations / "p3.xml",
        [("cat", "nan", 1, 30, 30), ("dog", 1, 1, 30, 30)],  # type: ignore[list-item]
    )
    with pytest.raises(Refusal, match=r"no usable picture for training \(p0.xml: no whole XML"):
        load_data(str(tmp_path), "detection", CLASSES)
    (tmp_path / "ImageSets" / "Main" / "trainval.txt").write_text("p0\np1\np2\np3\n")
    assert lines(load_data(str(tmp_path), "detection", CLASSES)) == [
        "p0.xml: no whole XML; its picture is left out",
        "p1.xml: is a directory; its picture is left out",
        "p2.xml: no picture size; its picture is left out",
        "p3.xml: cat: a box without numbers; left out",
    ]


def write_masks(root: Path, value: int = 2) -> Path:
    from PIL import Image

    usual_tree(root)
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir()
    (lists / "train.txt").write_text("p0\np1\np2\n")
    (lists / "val.txt").write_text("p3\n")
    (root / "SegmentationClass").mkdir()
    for number in range(4):
        mask = np.zeros((80, 96), np.uint8)
        mask[:20], mask[-1] = value, 255
        Image.fromarray(mask).save(root / "SegmentationClass" / f"p{number}.png")
    return root


def test_masks(tmp_path: Path) -> None:
    write_masks(tmp_path)
    data = load_data(str(tmp_path), "segmentation", ("background", *CLASSES))
    assert (data.kind, len(data.train), len(data.validation)) == ("Pascal VOC, masks", 3, 1)
    assert data.counts == (3, 0, 3)
    _, mask = data.train[0]
    assert mask.dtype == np.int32
    assert np.unique(mask.asnumpy()).tolist() == [-1, 0, 2]
    assert load_data(str(tmp_path), "detection", CLASSES).kind == "Pascal VOC"


def test_masks_with_more_classes_than_the_model(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="numbered here, from 0 to 2, and the model tells 2 apart"):
        load_data(str(write_masks(tmp_path)), "segmentation", CLASSES)


def test_names_beside_the_masks_put_them_in_order(tmp_path: Path) -> None:
    write_masks(tmp_path)
    (tmp_path / "classes.txt").write_text("background\ndog\ncat\n")
    data = load_data(str(tmp_path), "segmentation", ("background", *CLASSES))
    assert np.unique(data.train[0][1].asnumpy()).tolist() == [-1, 0, 1]
    (tmp_path / "classes.txt").write_text("background\ndog\n")
    with pytest.raises(Refusal, match=r"p0.png has class 2, and 2 classes are named"):
        load_data(str(tmp_path), "segmentation", ("background", *CLASSES))


def test_masks_that_are_none(tmp_path: Path) -> None:
    from PIL import Image

    masks = write_masks(tmp_path) / "SegmentationClass"
    Image.new("RGB", (96, 80)).save(masks / "p0.png")
    Image.new("L", (48, 40)).save(masks / "p1.png")
    data = load_data(str(tmp_path), "segmentation", ("background", *CLASSES))
    assert lines(data) == [
        "p0.png: colours (RGB) instead of class numbers; its picture is left out",
        "p1.png: 48×40, the picture 96×80; its picture is left out",
    ]
    (masks / "p3.png").unlink()
    with pytest.raises(Refusal, match="no usable picture for validation"):
        load_data(str(tmp_path), "segmentation", ("background", *CLASSES))


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ((60, 10, 50, 40), "a box turned over"),
        ((200, 10, 250, 40), "a box outside the picture"),
        ((50, 10, 99, 40), "a box cut to the picture"),
        ((1, 1, 97, 81), None),  # counted from 0 by whoever wrote it
    ],
)
def test_boxes_that_are_wrong_by_kind(
    tmp_path: Path, box: tuple[int, int, int, int], kind: str | None
) -> None:
    usual_tree(tmp_path)
    write_annotation(tmp_path / "Annotations" / "p0.xml", [("cat", *box), ("cat", 5, 5, 30, 30)])
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert [problem.kind for problem in data.problems] == ([kind] if kind else [])
