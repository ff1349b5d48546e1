from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask

from tests.engine.datasets.coco_file import coco_content, write_coco
from tests.engine.voc_tree import write_picture
from tui.engine.datasets import load_data, survey_data
from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.writing import write
from tui.engine.refusal import Refusal

CLASSES = ("cat", "dog")


def lines(data: Data) -> list[str]:
    return [problem.line for problem in data.problems]


def both(root: Path) -> Path:
    write_coco(root, coco_content(5))
    kept = coco_content(2)
    for image in kept["images"]:
        image["file_name"] = f"kept {image['file_name']}"
    write_coco(root, kept, "instances_val.json")
    return root


def test_reads_what_gluoncv_reads(tmp_path: Path) -> None:
    from gluoncv.data import COCODetection, COCOInstance

    content = coco_content(5)
    content["categories"].reverse()
    for image in content["images"]:
        image["coco_url"] = f"x/images/{image['file_name']}"
    write_coco(tmp_path, content)

    class Boxes(COCODetection):
        CLASSES = ("cat", "dog")

        @property
        def classes(self) -> list[str]:
            return list(self.CLASSES)

    class Instances(COCOInstance):
        CLASSES = ("cat", "dog")

        @property
        def classes(self) -> list[str]:
            return list(self.CLASSES)

    file = tmp_path / "annotations" / "instances_train.json"
    survey = survey_data(str(file), "detection")
    names = [picture.name for picture in survey.pictures]
    data = load_data(str(file), "detection", CLASSES)
    ours = dict(zip(names, [*data.train.labels, *data.validation.labels], strict=True))
    theirs = Boxes(root=str(tmp_path), splits=("instances_train",))
    for item, label in zip(theirs._items, theirs._labels, strict=True):
        assert np.allclose(ours[Path(item).name][:, :5], label)

    data = load_data(str(file), "instance segmentation", CLASSES)
    items = [data.train[index] for index in range(len(data.train))]
    ours_too = dict(zip(names, items, strict=False))
    both_of = Instances(root=str(tmp_path), splits=("instances_train",))
    for item, label, outlines in zip(both_of._items, both_of._labels, both_of._segms, strict=True):
        if Path(item).name in ours_too:
            picture, boxes, polygons = ours_too[Path(item).name]
            assert picture.shape == (80, 96, 3)
            assert np.allclose(boxes[:, :5], label)
            assert np.array_equal(np.array(polygons), np.array(outlines))


def test_parts_by_the_names_of_the_files(tmp_path: Path) -> None:
    data = load_data(str(both(tmp_path)), "detection", CLASSES)
    assert (len(data.train), len(data.validation), data.counts) == (5, 2, (5, 3))
    assert data.split == "instances_train.json / instances_val.json"
    assert data.boxes == 8 + 3


def test_one_file_is_divided_by_a_seed(tmp_path: Path) -> None:
    file = write_coco(tmp_path, coco_content(10))
    first, again = (load_data(str(path), "detection", CLASSES) for path in (file, tmp_path))
    assert (len(first.train), len(first.validation)) == (8, 2)
    assert "drawn with seed 0" in first.split
    assert [p.name for p in first.validation.pictures] == [
        p.name for p in again.validation.pictures
    ]


def test_other_classes_are_refused_with_the_right_flag(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"do not name: dog \(4, first in .*--classes cat,dog"):
        load_data(str(both(tmp_path)), "detection", ("cat", "owl"))


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    content = coco_content(5)
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "kind", "line"),
    [
        (
            lambda c: c["annotations"][0].update(id=1),
            "duplicate annotation id",
            "instances_train.json, annotation 1: is there again; only the first counts",
        ),
        (
            lambda c: c["images"][1].update(id=0),
            "duplicate picture id",
            "instances_train.json, picture 0: is there again; only the first counts",
        ),
        (
            lambda c: c["annotations"][0].update(iscrowd=1, segmentation={"counts": "x"}),
            "crowd",
            "p 0.jpg, annotation 0: cat: a crowd, or to be ignored; not trained on, and in "
            "validation counts neither way",
        ),
        (
            lambda c: c["annotations"][0].update(category_id=90),
            "unknown category",
            "p 0.jpg, annotation 0: category 90; left out",
        ),
        (
            lambda c: c["annotations"][0].update(image_id=77),
            "annotation without a picture",
            "instances_train.json, picture 77: is not in the file, and 1 annotations are of it; "
            "left out",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[90, 10, 30, 30]),
            "a box cut to the picture",
            "p 0.jpg, annotation 0: cat: a box cut to the picture",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[200, 10, 30, 30]),
            "a box outside the picture",
            "p 0.jpg, annotation 0: cat: a box outside the picture; left out",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[20, 20, -10, 5]),
            "a box turned over",
            "p 0.jpg, annotation 0: cat: a box turned over; left out",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[], segmentation=[]),
            "a box without numbers",
            "p 0.jpg, annotation 0: cat: no box; left out",
        ),
        (
            lambda c: c["images"][0].update(width=960, height=800),
            "size that is not the picture's",
            "p 0.jpg: labelled at 960×800, the picture has 96×80; left out",
        ),
    ],
)
def test_what_is_wrong_has_a_kind_and_a_name(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], kind: str, line: str
) -> None:
    write_coco(tmp_path, changed(change))
    found = survey_data(str(tmp_path), "detection").problems
    assert (kind, line) in [(problem.kind, problem.line) for problem in found]


def test_missing_and_broken_pictures_are_named_and_left_out(tmp_path: Path) -> None:
    write_coco(tmp_path, coco_content(5))
    (tmp_path / "images" / "p 0.jpg").unlink()
    (tmp_path / "images" / "p 1.jpg").write_bytes(b"")
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert lines(data) == ["p 0.jpg: missing; left out", "p 1.jpg: empty; left out"]
    assert [problem.kind for problem in data.problems] == ["missing picture", "unreadable picture"]
    assert len(data.train) + len(data.validation) == 3


def test_an_outline_in_runs_is_said(tmp_path: Path) -> None:
    runs = {"counts": [10, 20], "size": [80, 96]}
    write_coco(tmp_path, changed(lambda c: c["annotations"][0].update(segmentation=runs)))
    assert lines(load_data(str(tmp_path), "instance segmentation", CLASSES))[0] == (
        "p 0.jpg, annotation 0: a mask in runs, not a polygon; left out"
    )


def test_outlines_are_kept_only_for_what_needs_them(tmp_path: Path) -> None:
    write_coco(tmp_path, changed(lambda c: c["annotations"][0].update(bbox=[])))

    def outlines(task: Task) -> list[bool]:
        pictures = load_data(str(tmp_path), task, CLASSES).train.pictures
        return [bool(one.polygons) for picture in pictures for one in picture.objects]

    assert not any(outlines("detection"))
    assert all(outlines("instance segmentation"))
    survey = survey_data(str(tmp_path), "detection")
    boxes = {one.box for picture in survey.pictures for one in picture.objects if one.name == "cat"}
    assert boxes == {(10, 10, 39, 39)}, "one of them is made of its outline"


def test_crowds_are_for_validation_only(tmp_path: Path) -> None:
    runs = {"size": [80, 96], "counts": [0, 800, 80 * 96 - 800]}
    both(tmp_path)
    for file in (tmp_path / "annotations").iterdir():
        content = json.loads(file.read_text())
        crowd = {"id": 99, "image_id": 1, "category_id": 3, "bbox": [0, 0, 10, 80]}
        content["annotations"].append({**crowd, "iscrowd": 1, "segmentation": runs})
        file.write_text(json.dumps(content))
    for task in ("detection", "instance segmentation"):
        data = load_data(str(tmp_path), task, CLASSES)
        assert (data.counts, data.boxes) == ((5, 3), 8 + 3)
        assert not any(label[:, 5].any() for label in data.train.labels)
        label = data.validation[1][1]
        assert label[:, 4:].tolist() == [[0, 0], [0, 1]]
    crowd = data.validation[1][2][1]
    assert mask.decode(crowd)[:, :10].all()
    assert mask.area(crowd) == 800
    assert load_data(str(tmp_path), "segmentation", ("background", *CLASSES)).counts == (5, 5, 3)
    written = write(survey_data(str(tmp_path)), "detection", str(tmp_path / "new"), "yolo")
    assert (written.boxes, written.left_out) == (11, ("2 crowds, or objects to be ignored",))


def test_a_crowd_in_broken_runs_has_no_outline(tmp_path: Path) -> None:
    both(tmp_path)
    for counts in ([1, 2], [-1, 80 * 96 + 1], "x"):
        file = tmp_path / "annotations" / "instances_val.json"
        content = json.loads(file.read_text())
        runs = {"size": [80, 96], "counts": counts}
        content["annotations"][0].update(iscrowd=1, segmentation=runs)
        file.write_text(json.dumps(content))
        assert len(load_data(str(tmp_path), "detection", CLASSES).validation[0][1]) == 2
        data = load_data(str(tmp_path), "instance segmentation", CLASSES)
        assert len(data.validation[0][1]) == 1


def test_masks_are_painted_from_outlines(tmp_path: Path) -> None:
    data = load_data(str(both(tmp_path)), "segmentation", ("background", "cat", "dog"))
    mask = data.train[1][1].asnumpy()
    expected = np.zeros((80, 96))
    expected[10:40, 10:40] = 1
    assert (mask == expected).all()
    assert data.counts == (5, 5, 3)


def test_keypoints(tmp_path: Path) -> None:
    points = [20, 20, 2, 30, 30, 1, 0, 0, 0]
    write_coco(tmp_path, changed(lambda c: [a.update(keypoints=points) for a in c["annotations"]]))
    data = load_data(str(tmp_path), "pose", CLASSES)
    _, label, number = data.train[0]
    assert label["joints_3d"].shape == (3, 3, 2)
    assert label["joints_3d"][:, 0].tolist() == [[20, 1], [30, 1], [0, 0]]
    assert (number, len(data.train)) == (0, len(data.train.labels))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no whole JSON"),
        ('{"images": [], "annotations": [', "no whole JSON"),
        ("[]", "no COCO JSON: Expected `object`"),
        ('{"images": [], "annotations": []}', "missing required field `categories`"),
        (
            '{"images": [{"id": 1}], "annotations": [], "categories": []}',
            r"missing required field `file_name` - at `\$.images",
        ),
        ('{"images": [], "annotations": [], "categories": []}', "no usable picture for training"),
    ],
)
def test_what_is_no_coco_json(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(Refusal, match=says):
        load_data(str(file), "detection", CLASSES)


def as_coco_lies(root: Path) -> Path:
    """Boxes, keypoints and captions of the same pictures, in files of their own."""
    for part, pictures in (("train2017", 4), ("val2017", 2)):
        content = coco_content(pictures)
        for number, image in enumerate(content["images"]):
            image["file_name"] = f"{part} {number}.jpg"
            write_picture(root / part / image["file_name"], seed=number)
        kept = {"images": content["images"], "categories": [{"id": 3, "name": "cat"}]}
        captions = [{"id": n, "image_id": n, "caption": "a cat"} for n in range(pictures)]
        joints = [
            {**one, "keypoints": [20, 20, 2]}
            for one in content["annotations"]
            if one["category_id"] == 3
        ]
        files: dict[str, dict[str, Any]] = {
            "instances": content,
            "person_keypoints": {**kept, "annotations": joints},
            "captions": {"images": kept["images"], "annotations": captions},
        }
        (root / "annotations").mkdir(exist_ok=True)
        for name, one in files.items():
            (root / "annotations" / f"{name}_{part}.json").write_text(json.dumps(one))
    return root


@pytest.mark.parametrize("below", [".", "annotations"])
def test_keypoints_that_lie_beside_the_boxes(tmp_path: Path, below: str) -> None:
    place = str(as_coco_lies(tmp_path) / below)
    pose = load_data(place, "pose", ())
    assert (len(pose.train), len(pose.validation)) == (4, 2)
    assert pose.split == "person_keypoints_train2017.json / person_keypoints_val2017.json"
    boxes = load_data(place, "detection", CLASSES)
    assert (boxes.boxes, boxes.problems) == (6 + 3, [])
    assert boxes.split == "instances_train2017.json / instances_val2017.json"
    assert survey_data(place).tasks[0] == "detection"


def test_keypoints_that_are_not_as_many_as_the_joints(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["categories"][1]["keypoints"] = ["nose", "tail"]
        for one in content["annotations"]:
            one["keypoints"] = [20, 20, 2, 30, 30, 1]
        content["annotations"][0]["keypoints"] = [20, 20, 2, 30]

    write_coco(tmp_path, changed(change))
    data = load_data(str(tmp_path), "pose", ())
    assert data.joints == ("nose", "tail")
    assert data.classes == ("cat", "dog")
    (line,) = [one.line for one in data.problems if one.kind == "another number of keypoints"]
    assert line.endswith("annotation 0: 4 numbers, and 2 joints take 6; left out")


def test_joints_without_names_have_numbers(tmp_path: Path) -> None:
    points = [20, 20, 2, 30, 30, 1, 0, 0, 0]
    write_coco(tmp_path, changed(lambda c: [a.update(keypoints=points) for a in c["annotations"]]))
    assert load_data(str(tmp_path), "pose", ()).joints == ("joint 1", "joint 2", "joint 3")


def test_no_keypoints_at_all(tmp_path: Path) -> None:
    write_coco(tmp_path, changed(lambda c: [a.update(keypoints=[]) for a in c["annotations"]]))
    with pytest.raises(Refusal, match="no object with keypoints"):
        load_data(str(tmp_path), "pose", ())
