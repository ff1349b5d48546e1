from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engine.voc_tree import write_picture
from tui.engine.datasets import load_data, survey_data
from tui.engine.refusal import Refusal

CLASSES = ("cat", "dog")
YAML = "train: images/train\nval: images/val\nnames: [cat, dog]\n"


def write_yolo(root: Path, yaml: str = YAML, line: str = "0 0.5 0.5 0.25 0.5\n") -> Path:
    for part, count in (("train", 4), ("val", 2)):
        for number in range(count):
            write_picture(root / "images" / part / f"{part} {number}.jpg", seed=number)
            file = root / "labels" / part / f"{part} {number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(line)
    if yaml:
        (root / "data.yaml").write_text(yaml, "utf-8")
    return root


def first_line(root: Path, line: str) -> Path:
    (root / "labels" / "train" / "train 0.txt").write_text(f"{line}\n0 0.5 0.5 0.25 0.5\n")
    return root


@pytest.mark.parametrize(
    "yaml",
    [
        YAML,
        "path: /another/machine\ntrain: [images/train]\nval: images/val\nnames: {0: cat, 1: dog}\n",
        "train: ../images/train\nval: ../images/val\nnc: 2\nnames: [cat, dog]\n",
        "train: train.txt\nval: images/val\nnames: [cat, dog]\n",
    ],
)
def test_both_parts(tmp_path: Path, yaml: str) -> None:
    write_yolo(tmp_path, yaml)
    names = [f"images/train/train {number}.jpg" for number in range(4)]
    (tmp_path / "train.txt").write_text("\n".join(names))
    for path in (tmp_path, tmp_path / "data.yaml"):
        data = load_data(str(path), "detection", CLASSES)
        assert (len(data.train), len(data.validation), data.counts) == (4, 2, (4, 0))
        assert data.problems == []
        assert data.train.labels[0].tolist() == [[36, 20, 59, 59, 0, 0]]


def test_without_a_yaml_classes_have_numbers(tmp_path: Path) -> None:
    write_yolo(tmp_path, "", "1 0.5 0.5 0.2 0.2\n")
    survey = survey_data(str(tmp_path))
    assert (survey.numbered, survey.classes) == (True, ("0", "1"))
    assert load_data(str(tmp_path), "detection", CLASSES).counts == (0, 4)
    with pytest.raises(Refusal, match="numbered here, from 0 to 1, and the model tells 1 apart"):
        load_data(str(tmp_path), "detection", ("cat",))


def test_an_outline(tmp_path: Path) -> None:
    write_yolo(tmp_path, line="1 0.25 0.25 0.75 0.25 0.75 0.75\n")
    _, label, polygons = load_data(str(tmp_path), "instance segmentation", CLASSES).train[0]
    assert label.tolist() == [[24, 20, 72, 60, 1, 0]]
    assert np.allclose(polygons[0][0], [[24, 20], [72, 20], [72, 60]])
    boxes = load_data(str(tmp_path), "detection", CLASSES).train
    assert boxes[0][1].tolist() == [[24, 20, 71, 59, 1, 0]]
    assert not any(one.polygons for picture in boxes.pictures for one in picture.objects)


@pytest.mark.parametrize(
    ("line", "kind", "says"),
    [
        ("0 0.5 0.5 nan 0.5", "a box without numbers", "cat: a box without numbers; left out"),
        ("cat 0.5 0.5 0.5 0.5", "a box without numbers", "no class number and shares; left out"),
        ("0 0.5 0.5 0.5", "a box without numbers", "3 numbers, neither a box nor an outline"),
        ("2 0.5 0.5 0.5 0.5", "unknown class", "class 2, and data.yaml names 2; left out"),
        ("0 0.9 0.5 0.5 0.5", "a box cut to the picture", "cat: a box cut to the picture"),
        ("0 2.5 0.5 0.5 0.5", "a box outside the picture", "left out"),
        ("0 0.5 0.5 -0.5 0.5", "a box turned over", "left out"),
        ("0 0.5 0.5 0.25 0.5", "duplicate object", "is there already"),
    ],
)
def test_what_is_wrong_has_a_kind_and_a_name(
    tmp_path: Path, line: str, kind: str, says: str
) -> None:
    (problem,) = survey_data(str(first_line(write_yolo(tmp_path), line))).problems
    assert problem.kind == kind
    assert problem.line.startswith("train 0.txt, line ")
    assert says in problem.line


def test_missing_labels_and_pictures(tmp_path: Path) -> None:
    write_yolo(tmp_path)
    (tmp_path / "labels" / "train" / "train 0.txt").unlink()
    (tmp_path / "labels" / "train" / "train 1.txt").write_bytes(b"\xff\xfe\0")
    (tmp_path / "images" / "train" / "train 2.jpg").write_bytes(b"GIF89a")
    assert [
        problem.line for problem in load_data(str(tmp_path), "detection", CLASSES).problems
    ] == [
        "train 0.jpg: train 0.txt is missing",
        "train 1.txt: no text; its picture is left out",
        "train 2.jpg: no JPEG, PNG or BMP; left out",
        "train 0.jpg: no labelled object; left out",
    ]


@pytest.mark.parametrize(
    ("yaml", "says"),
    [
        ("names: [cat", "no whole YAML at line"),
        ("just words", "no settings in it"),
        ("train: images/train\nnames: {1: cat}\n", "names should be a list"),
        ("train: elsewhere\nnames: [cat]\n", "no pictures to train on"),
    ],
)
def test_a_yaml_that_cannot_be_used(tmp_path: Path, yaml: str, says: str) -> None:
    with pytest.raises(Refusal, match=says):
        load_data(str(write_yolo(tmp_path, yaml)), "detection", CLASSES)
