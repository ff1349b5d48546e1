"""Data that has changed is other data, wherever its files lie, and what else lies there is not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.engine.datasets.coco_file import coco_content, write_coco
from tests.engine.datasets.test_folder import write_folders
from tests.engine.datasets.test_lst_and_recordio import LABEL, write_lst, write_rec
from tests.engine.datasets.test_voc import write_masks
from tests.engine.datasets.test_yolo import YAML, write_yolo
from tests.engine.voc_tree import usual_tree, write_annotation
from tui.engine.datasets import FORMATS, builtin, load_data
from tui.engine.datasets.data import Data, Task
from tui.engine.feature_cache.identity import digest_of, identity_of


@dataclass(frozen=True)
class Made:
    """A data set: where it lies, and one of its training pictures, or what that lies in."""

    path: Path
    task: Task
    picture: Path
    classes: tuple[str, ...] = ("cat", "dog")

    def digest(self) -> str:
        return digest_of(load_data(str(self.path), self.task, self.classes).labelled)


def voc(root: Path) -> Made:
    return Made(usual_tree(root), "detection", root / "JPEGImages" / "p0.jpg")


def masks(root: Path) -> Made:
    write_masks(root)
    file = root / "SegmentationClass" / "p0.png"
    return Made(root, "segmentation", file, ("background", "cat", "dog"))


def coco(root: Path) -> Made:
    write_coco(root, coco_content(4))
    file = write_coco(root, coco_content(2), "instances_val.json")
    return Made(file.parent / "instances_train.json", "detection", root / "images" / "p 0.jpg")


def painted(root: Path) -> Made:
    return replace(coco(root), task="segmentation", classes=("background", "cat", "dog"))


def outlined(root: Path) -> Made:
    return replace(coco(root), task="instance segmentation")


def yolo(root: Path) -> Made:
    """Its pictures and labels lie outside of the folder that its file is in."""
    write_yolo(root / "sets" / "fruit", "")
    file = root / "mine" / "data.yaml"
    file.parent.mkdir()
    file.write_text(f"path: ../sets/fruit\n{YAML}")
    return Made(file, "detection", root / "sets" / "fruit" / "images" / "train" / "train 0.jpg")


def lst(root: Path) -> Made:
    """Its list has whole paths."""
    file = write_lst(root, [LABEL] * 5)
    file.write_text(file.read_text("utf-8").replace("p ä", f"{root}/p ä"), "utf-8")
    (root / "lists").mkdir()
    return Made(file.rename(root / "lists" / "x.lst"), "detection", root / "p ä 0.jpg")


def rec(root: Path) -> Made:
    file = write_rec(root, [LABEL] * 5)
    return Made(file, "detection", file)


def folder(root: Path) -> Made:
    write_folders(root)
    return Made(root, "classification", root / "train" / "Cat" / "0.JPG", ("Cat", "dog"))


def of_json(change: Callable[[dict[str, Any]], object]) -> Callable[[Made], None]:
    def label(made: Made) -> None:
        content = json.loads(made.path.read_text())
        for one in content["annotations"]:
            change(one)
        made.path.write_text(json.dumps(content))

    return label


def of_voc(made: Made) -> None:
    for number in range(3):
        write_annotation(made.path / "Annotations" / f"p{number}.xml", [("cat", 1, 1, 9, 9)])


def of_yolo(made: Made) -> None:
    for file in made.picture.parents[2].glob("labels/train/*.txt"):
        file.write_text("1 0.5 0.5 0.25 0.5\n")


def of_lst(made: Made) -> None:
    made.path.write_text(made.path.read_text("utf-8").replace("0.75", "0.5"), "utf-8")


def of_folder(made: Made) -> None:
    made.picture.rename(made.path / "train" / "dog" / "9.JPG")


OUTLINE = [[12, 10, 40, 10, 40, 40, 10, 40]]
SETS: dict[Callable[[Path], Made], Callable[[Made], None] | None] = {
    voc: of_voc,
    masks: None,
    coco: of_json(lambda one: one.update(bbox=[10, 10, 20, 30])),
    painted: of_json(lambda one: one.update(segmentation=OUTLINE)),
    outlined: of_json(lambda one: one.update(segmentation=OUTLINE)),
    yolo: of_yolo,
    lst: of_lst,
    rec: None,
    folder: of_folder,
}
"""Each data set, and how its labels are changed, where they do not lie in the picture's file."""


@pytest.mark.parametrize("make", SETS)
def test_a_picture_that_has_changed_makes_it_another(
    make: Callable[[Path], Made], tmp_path: Path
) -> None:
    made = make(tmp_path)
    before = made.digest()
    (made.path if made.path.is_dir() else made.path.parent).joinpath("more.jsonl").write_text("{}")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "events.jsonl").write_text("{}")
    assert made.digest() == before
    changed = made.picture.stat()
    os.utime(made.picture, ns=(changed.st_atime_ns, changed.st_mtime_ns + 1_000_000))
    assert made.digest() != before


@pytest.mark.parametrize("make", [make for make, change in SETS.items() if change])
def test_labels_that_have_changed_make_it_another(
    make: Callable[[Path], Made], tmp_path: Path
) -> None:
    made, change = make(tmp_path), SETS[make]
    assert change is not None
    before = made.digest()
    change(made)
    assert made.digest() != before


def test_every_format_is_among_them(tmp_path: Path) -> None:
    kinds = set()
    for make in SETS:
        (tmp_path / make.__name__).mkdir()
        made = make(tmp_path / make.__name__)
        loaded = load_data(str(made.path), made.task, made.classes)
        assert len(loaded.labelled) == len(loaded.train)
        kinds.add(loaded.kind.partition(",")[0])
    assert {*kinds, builtin.KIND} == {form.kind for form in FORMATS}


@pytest.mark.parametrize("task", builtin.tasks_at("shapes"))
def test_the_shapes_are_always_the_same(task: Task) -> None:
    classes = builtin.survey("shapes", task).classes
    first, again = (load_data("shapes", task, classes).labelled for _ in range(2))
    assert digest_of(first) == digest_of(again) != digest_of(first[1:])


def test_pictures_behind_a_link_are_looked_at(tmp_path: Path) -> None:
    made = voc(tmp_path / "data")
    pictures = made.picture.parent.rename(tmp_path / "disk")
    made.picture.parent.symlink_to(pictures)
    before = made.digest()
    os.utime(pictures / "p0.jpg", ns=(1, 1))
    assert made.digest() != before


def test_data_that_names_no_pictures_has_no_identity() -> None:
    bare = Data("bare", (), [], [], "", ())
    unasked: Any = None
    with pytest.raises(ValueError, match="bare: without labelled pictures"):
        identity_of(unasked, unasked, bare)
