"""The same bad input in every format: what cannot be read is named, the rest is used."""

from __future__ import annotations

import builtins
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.datasets.coco_file import coco_content, write_coco
from tests.engine.datasets.test_folder import write_folders
from tests.engine.datasets.test_lst_and_recordio import LABEL, write_lst, write_rec
from tests.engine.datasets.test_reading import png_header
from tests.engine.datasets.test_yolo import write_yolo
from tests.engine.voc_tree import usual_tree, write_annotation, write_tree
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data, Task
from tui.engine.refusal import Refusal

CLASSES = ("cat", "dog")


def voc(root: Path) -> Path:
    names = [f"ein Bild {number} ä" for number in range(4)]
    boxes = [("cat", 10, 10, 50, 60)]
    write_tree(root, dict.fromkeys(names, boxes), {"trainval": names[:3], "test": names[3:]})
    return root / "JPEGImages" / f"{names[0]}.jpg"


def coco(root: Path) -> Path:
    for part in ("train", "val"):
        content = coco_content()
        for image in content["images"]:
            image["file_name"] = f"{part} ä {image['id']}.jpg"
        write_coco(root, content, f"instances_{part}.json")
    return root / "images" / "train ä 0.jpg"


def yolo(root: Path) -> Path:
    write_yolo(root)
    return root / "images" / "train" / "train 0.jpg"


def lst(root: Path) -> Path:
    write_lst(root, [LABEL] * 4)
    (root / "val.lst").write_text((root / "train.lst").read_text("utf-8"), "utf-8")
    return root / "p ä 0.jpg"


def folder(root: Path) -> Path:
    write_folders(root)
    return root / "train" / "Cat" / "0.JPG"


FILES: tuple[Callable[[Path], Path], ...] = (voc, coco, yolo, lst, folder)
"""Each makes a data set of 96×80 pictures, and returns the file of its first for training."""


def load(root: Path, make: Callable[[Path], Path]) -> Data:
    task: Task = "classification" if make is folder else "detection"
    return load_data(str(root), task, ("Cat", "dog") if make is folder else CLASSES)


def noise() -> np.ndarray:
    return np.random.RandomState(3).randint(0, 255, (80, 96, 3)).astype(np.uint8)


@pytest.mark.parametrize("make", FILES)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "missing"),
        (b"", "empty"),
        (b"GIF89a and more", "no JPEG, PNG or BMP"),
        ("cut", "a truncated JPEG"),
        ("huge", "more than 100 million pixels"),
    ],
    ids=["missing", "empty", "a GIF", "truncated", "of 20,000 pixels"],
)
def test_a_picture_that_cannot_be_read_is_named_and_left_out(
    make: Callable[[Path], Path], content: bytes | str | None, says: str, tmp_path: Path
) -> None:
    file = make(tmp_path)
    before = len(load(tmp_path, make).train)
    if content is None:
        file.unlink()
    elif content == "cut":
        file.write_bytes(file.read_bytes()[:700])
    elif content == "huge":
        png_header(file, 20_000, 20_000)
    else:
        assert isinstance(content, bytes)
        file.write_bytes(content)
    data = load(tmp_path, make)
    if make in (folder, yolo) and content is None:
        assert data.problems == []  # nothing else names it
    else:
        assert any(
            file.name in problem.where and problem.what == f"{says}; left out"
            for problem in data.problems
        ), [problem.line for problem in data.problems]
    assert len(data.train) == before - 1


@pytest.mark.parametrize("make", FILES)
@pytest.mark.parametrize("kind", ["CMYK", "grey", "16 bits", "turned"])
def test_pictures_of_other_kinds_are_read(
    make: Callable[[Path], Path], kind: str, tmp_path: Path
) -> None:
    file = make(tmp_path)
    before = len(load(tmp_path, make).train)
    exif = Image.Exif()
    written = io.BytesIO()
    if kind == "16 bits":
        Image.fromarray(noise()[..., 0].astype(np.uint16) * 256).save(written, "PNG")
    elif kind == "turned":
        exif[0x0112] = 3  # upside down: of the same size
        Image.fromarray(noise()).save(written, "JPEG", exif=exif)
    else:
        mode = "CMYK" if kind == "CMYK" else "L"
        Image.fromarray(noise()).convert(mode).save(written, "JPEG")
    file.write_bytes(written.getvalue())
    data = load(tmp_path, make)
    assert [problem.line for problem in data.problems] == []
    assert len(data.train) == before
    assert data.train[0][0].shape == (80, 96, 3)
    assert data.train[0][0].dtype == np.uint8


def emptied(root: Path) -> None:
    """Take the objects of the first picture away, in each part of what `FILES` made."""
    if (root / "Annotations").exists():
        write_annotation(root / "Annotations" / "ein Bild 0 ä.xml", [])
        (root / "ImageSets" / "Main" / "test.txt").write_text("ein Bild 0 ä\nein Bild 3 ä\n")
    for file in root.glob("annotations/*.json"):
        content = json.loads(file.read_text())
        content["annotations"] = [one for one in content["annotations"] if one["image_id"] != 0]
        file.write_text(json.dumps(content))
    for file in root.glob("labels/*/* 0.txt"):
        file.write_text("")
    for file in root.glob("*.lst"):
        first, *others = file.read_text("utf-8").splitlines()
        number, *_, name = first.split("\t")
        file.write_text("\n".join(["\t".join([number, "2", "5", name]), *others]), "utf-8")


@pytest.mark.parametrize(
    ("make", "train", "validation"), [(voc, 2, 2), (coco, 4, 5), (yolo, 3, 2), (lst, 3, 4)]
)
def test_pictures_without_objects_are_for_validation_only(
    make: Callable[[Path], Path], train: int, validation: int, tmp_path: Path
) -> None:
    make(tmp_path)
    emptied(tmp_path)
    data = load(tmp_path, make)
    assert (len(data.train), len(data.validation)) == (train, validation)
    assert data.validation[0][1].shape == (0, 6)
    assert all(map(len, data.train.labels))
    (problem,) = data.problems
    assert problem.what == "no labelled object; left out"


def no_validation(root: Path, form: str) -> Task:
    """A data set whose validation part is there, and empty."""
    if form == "voc":
        usual_tree(root)
        (root / "ImageSets" / "Main" / "test.txt").write_text("")
    elif form == "coco":
        coco(root)
        write_coco(root, {**coco_content(), "images": [], "annotations": []}, "instances_val.json")
    elif form == "yolo":
        yolo(root)
        for file in (root / "images" / "val").iterdir():
            file.unlink()
    elif form == "lst":
        lst(root)
        (root / "val.lst").write_text("")
    elif form == "rec":
        write_rec(root, [LABEL] * 4)
        (root / "val.rec").write_bytes(b"")
    else:
        write_folders(root, parts=("train",))
        (root / "val" / "Cat").mkdir(parents=True)
        return "classification"
    return "detection"


@pytest.mark.parametrize("form", ["voc", "coco", "yolo", "lst", "rec", "folder"])
def test_an_empty_validation_part_is_refused_in_one_line(form: str, tmp_path: Path) -> None:
    task = no_validation(tmp_path, form)
    with pytest.raises(Refusal) as refused:
        load_data(str(tmp_path), task, ("Cat", "dog") if form == "folder" else CLASSES)
    assert "\n" not in str(refused.value)
    assert "validation" in str(refused.value) or "val.rec: empty" in str(refused.value)


LABELS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "voc": (voc, "Annotations/ein Bild 0 ä.xml"),
    "coco": (coco, "annotations/instances_train.json"),
    "yolo": (yolo, "labels/train/train 0.txt"),
    "yolo's yaml": (yolo, "data.yaml"),
    "lst": (lst, "train.lst"),
    "rec": (lambda root: write_rec(root, [LABEL] * 4), "train.rec"),
}


@pytest.mark.parametrize("form", LABELS)
def test_labels_without_permission_are_named(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, name = LABELS[form]
    make(tmp_path)
    file = tmp_path / name
    assert file.is_file()
    real = io.open

    def refuse(path: object, *given: object, **named: object) -> object:
        if not isinstance(path, int) and Path(str(path)) == file:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *given, **named)  # type: ignore[call-overload]

    # The tests may run as root, who may read anything.
    monkeypatch.setattr(io, "open", refuse)
    monkeypatch.setattr(builtins, "open", refuse)
    try:
        said = [problem.line for problem in load_data(str(tmp_path), "detection", CLASSES).problems]
    except Refusal as refused:
        said = [str(refused)]
    assert any(file.name in line and "permission denied" in line.lower() for line in said), said


def test_a_class_without_examples_has_no_count(tmp_path: Path) -> None:
    voc(tmp_path)
    data = load_data(str(tmp_path), "detection", ("cat", "dog"))
    assert data.counts == (3, 0)


def test_a_picture_that_is_listed_twice_counts_once(tmp_path: Path) -> None:
    usual_tree(tmp_path)
    file = tmp_path / "ImageSets" / "Main" / "trainval.txt"
    file.write_text(file.read_text() + "p0\n")
    data = load_data(str(tmp_path), "detection", CLASSES)
    assert [picture.name for picture in data.train.pictures] == ["p0.jpg", "p1.jpg", "p2.jpg"]
