"""Pascal VOC trees: boxes, and the masks of SegmentationClass.

GluonCV's own classes refuse class names with capitals, skip labels that they do not know without a
word, and find a missing picture only in the middle of an epoch. Here the whole tree is read once,
and what is wrong is said before a run begins.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.engine.datasets.boxes import NO_NUMBER, checked_box
from tui.engine.datasets.data import Problem, Task, unreadable
from tui.engine.datasets.mask_files import MaskFile, look_at_mask
from tui.engine.datasets.pictures import Looked, PictureFile, look_at
from tui.engine.datasets.survey import LabelledObject, LabelledPicture, Survey, divided
from tui.engine.refusal import Refusal

KIND = "Pascal VOC"

_TRAIN = ("trainval", "train")
_VALIDATION = ("test", "val", "validation")
_FOLDERS = ("ImageSets/Main", "Annotations", "JPEGImages")
_LISTS: dict[Task, str] = {"detection": "Main", "segmentation": "Segmentation"}
_SUFFIXES = (".png", ".jpeg", ".JPG", ".JPEG", ".PNG", ".bmp")
_NAMES = ("classes.txt", "labels.txt", "labelmap.txt")


def tasks_at(path: str) -> tuple[Task, ...]:
    """Detection where there is a folder with ImageSets/Main, or one that holds such folders
    (VOC2007, VOC2012), segmentation where there is one with ImageSets/Segmentation. A folder that
    lacks only these is meant for a tree, and told so by `survey`."""
    found: list[Task] = [task for task in _LISTS if _trees(Path(path), task)]
    if not found and all((Path(path) / name).is_dir() for name in _FOLDERS[1:]):
        found.append("detection")
    return tuple(found)


def missing(path: str) -> str:
    """What of a tree is not at a path that holds none, in words."""
    *others, last = [name for name in _FOLDERS if not (Path(path) / name).is_dir()]
    return f"{', '.join(others)} and {last} are missing" if others else f"{last} is missing"


def survey(path: str, task: Task) -> Survey:
    """Read both parts of a tree.

    Raises:
        Refusal: it has no lists of pictures.
    """
    trees = _trees(Path(path), task)
    if not trees:
        raise Refusal(f"{path}: no Pascal VOC tree ({missing(path)})")
    train_name, validation_name = _split_names(path, trees, _LISTS[task])
    masks = task == "segmentation"
    read = _Reader(masks, _names(trees) if masks else ())
    train = read.part(trees, train_name)
    if validation_name is None:
        train, validation, how = divided(train)
        split = f"{train_name}, {how}"
    else:
        validation = read.part(trees, validation_name)
        split = f"{train_name} / {validation_name}"
    classes = tuple(sorted(set(read.classes)))
    if masks:
        classes = read.names or tuple(str(value) for value in range(read.highest + 1))
        _refuse_values(path, read, classes)
    return Survey(
        kind=f"{KIND}, masks" if masks else KIND,
        tasks=(task,),
        classes=classes,
        train=train,
        validation=validation,
        split=split,
        # A picture that stands in both lists has its problem once.
        problems=list(dict.fromkeys(read.problems)),
        numbered=masks and not read.names,
    )


@dataclass
class _Reader:
    masks: bool
    names: tuple[str, ...]
    classes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    highest: int = 0
    highest_in: str = ""

    def part(self, trees: Sequence[Path], name: str) -> list[LabelledPicture]:
        found = []
        for tree in trees:
            file = tree / "ImageSets" / ("Segmentation" if self.masks else "Main") / f"{name}.txt"
            if not file.is_file():
                continue
            lines = file.read_text("utf-8-sig", "replace").split("\n")
            for stem in dict.fromkeys(line.strip() for line in lines):
                picture = self._picture(tree, stem) if stem else None
                if picture is not None:
                    found.append(picture)
        return found

    def _picture(self, tree: Path, stem: str) -> LabelledPicture | None:
        file = _picture_file(tree / "JPEGImages", stem)
        looked = look_at(file)
        if looked.problem:
            self.problems.append(unreadable(file.name, looked.problem))
            return None
        return self._masked(tree, file, looked) if self.masks else self._boxed(tree, file, looked)

    def _masked(self, tree: Path, file: Path, looked: Looked) -> LabelledPicture | None:
        mask = tree / "SegmentationClass" / f"{file.stem}.png"
        problem, values = look_at_mask(mask, looked)
        if problem:
            self._say("unusable mask", mask.name, f"{problem}; its picture is left out")
            return None
        highest = max(values, default=0)
        if highest > self.highest:
            self.highest, self.highest_in = highest, mask.name
        present = (self.names[v] if v < len(self.names) else str(v) for v in values)
        # A mask is as its picture lies there, and knows of no turning.
        return LabelledPicture(
            file.name,
            PictureFile(file),
            looked.width,
            looked.height,
            mask=MaskFile(mask),
            present=tuple(present),
        )

    def _boxed(self, tree: Path, file: Path, looked: Looked) -> LabelledPicture | None:
        labels = tree / "Annotations" / f"{file.stem}.xml"
        try:
            root = ET.parse(labels).getroot()
            size = root.find("size")
            wide, high = (int(float(size.findtext(key, ""))) for key in ("width", "height"))
        except (
            ET.ParseError,
            LookupError,
            OSError,
            ValueError,
            OverflowError,
            AttributeError,
        ) as error:
            self._say(
                "unreadable label", labels.name, f"{_what_ails(error)}; its picture is left out"
            )
            return None
        turn = looked.turn_for((wide, high))
        if turn is None:
            there = f"{looked.width}×{looked.height}"
            what = f"made for {wide}×{high}, the picture has {there}; left out"
            self._say("size that is not the picture's", labels.name, what)
            return None
        width, height = looked.turned_by(turn)
        objects = [self._object(item, labels, width, height) for item in root.iter("object")]
        return LabelledPicture(
            file.name,
            PictureFile(file, turn),
            width,
            height,
            tuple(one for one in objects if one is not None),
        )

    def _object(
        self, item: ET.Element, file: Path, width: int, height: int
    ) -> LabelledObject | None:
        name = (item.findtext("name") or "").strip()
        try:
            xmin, ymin, xmax, ymax = (
                float(item.findtext(f"bndbox/{key}", ""))
                for key in ("xmin", "ymin", "xmax", "ymax")
            )
        except ValueError:
            self._say(NO_NUMBER, file.name, f"a {name} without a box; left out")
            return None
        # VOC counts pixels from 1.
        box, kind = checked_box((xmin - 1, ymin - 1, xmax - 1, ymax - 1), width, height)
        if kind:
            self._say(kind, file.name, f"{name}: {kind}{'' if box else '; left out'}")
        if box is None:
            return None
        self.classes.append(name)
        difficult = (item.findtext("difficult") or "0").strip() == "1"
        return LabelledObject(name, box, difficult)

    def _say(self, kind: str, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what))


def _picture_file(folder: Path, stem: str) -> Path:
    """VOC's own pictures are .jpg; others keep the suffix that they had."""
    usual = folder / f"{stem}.jpg"
    if usual.is_file():
        return usual
    others = (folder / f"{stem}{suffix}" for suffix in _SUFFIXES)
    return next((file for file in others if file.is_file()), usual)


def _what_ails(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "missing"
        case OSError():
            return (error.strerror or str(error)).lower()
        case ET.ParseError() | LookupError():  # the latter: an encoding that nobody knows
            return "no whole XML"
    return "no picture size"


def _trees(path: Path, task: Task) -> list[Path]:
    lists = Path("ImageSets") / _LISTS[task]
    if not path.is_dir():
        return []
    if (path / lists).is_dir():
        return [path]
    return sorted(child for child in path.iterdir() if (child / lists).is_dir())


def _split_names(path: str, trees: Sequence[Path], lists: str) -> tuple[str, str | None]:
    there = {file.stem for tree in trees for file in (tree / "ImageSets" / lists).glob("*.txt")}
    # VOC's own trees list each class too (aeroplane_train): those are no splits of the whole.
    train = next((name for name in _TRAIN if name in there), None)
    if train is None:
        raise Refusal(f"{path}: ImageSets/{lists} has neither trainval.txt nor train.txt")
    validation = next((name for name in _VALIDATION if name in there), None)
    if train == "trainval" and validation == "val":
        train = "train" if "train" in there else train
    return train, validation if validation != train else None


def _names(trees: Sequence[Path]) -> tuple[str, ...]:
    """The names of a mask's values, from a file of names beside the masks: one a line, for
    labelmap.txt what stands before a colon, but for comments."""
    for tree in trees:
        for name in _NAMES:
            file = tree / name
            if file.is_file():
                lines = file.read_text("utf-8-sig", "replace").splitlines()
                names = [line.partition(":")[0].strip() for line in lines]
                return tuple(line for line in names if line and not line.startswith("#"))
    return ()


def _refuse_values(path: str, read: _Reader, classes: tuple[str, ...]) -> None:
    if read.highest >= len(classes):
        raise Refusal(
            f"{path}: {read.highest_in} has class {read.highest}, and {len(classes)} classes are "
            "named, from 0 on; name all of them, background first"
        )
