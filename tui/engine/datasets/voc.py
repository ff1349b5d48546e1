"""Pascal VOC detection trees, on GluonCV's `VOCDetection`.

GluonCV's class refuses class names with capitals, skips labels that it does not know without a
word, and finds a missing picture only in the middle of an epoch. Here the whole tree is read
once, and what is wrong is said before a run begins.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from gluoncv.data import VOCDetection

from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.pictures import picture_problem
from tui.engine.refusal import Refusal

KIND = "Pascal VOC"

_TRAIN = ("trainval", "train")
_VALIDATION = ("test", "val", "validation")
_FOLDERS = ("ImageSets/Main", "Annotations", "JPEGImages")


def accepts(path: str) -> bool:
    """A folder with ImageSets/Main, or one that holds such folders (VOC2007, VOC2012); one that
    lacks only this is meant for a tree, and told so by `load`."""
    return bool(_trees(Path(path))) or all((Path(path) / name).is_dir() for name in _FOLDERS[1:])


def missing(path: str) -> str:
    """What of a tree is not at a path that holds none, in words."""
    *others, last = [name for name in _FOLDERS if not (Path(path) / name).is_dir()]
    return f"{', '.join(others)} and {last} are missing" if others else f"{last} is missing"


def load(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Read both parts of a tree.

    Raises:
        Refusal: a part is empty, pictures or labels are missing, labels are of other classes.
    """
    if task != "detection":
        raise Refusal(
            f"{path}: a Pascal VOC tree, with boxes; this model needs a folder of pictures "
            "for each class"
        )
    trees = _trees(Path(path))
    if not trees:
        raise Refusal(f"{path}: no Pascal VOC tree ({missing(path)})")
    train_name, validation_name = _split_names(path, trees)
    read = _Reader(classes)
    train = _part(path, trees, train_name, read)
    validation = train if validation_name is None else _part(path, trees, validation_name, read)
    split = f"{train_name} / {validation_name or train_name}"
    if validation_name is None:
        train, validation = _divided(train)
        split = f"{train_name}, every fifth picture kept for validation"
    _refuse_unknown(path, read, classes)
    for name, part in (("training", train), ("validation", validation)):
        if not len(part):
            raise Refusal(f"{path}: no usable picture for {name}{_because(read.problems)}")
    counts = Counter(int(number) for label in train.labels for number in label[:, 4])
    return Data(
        kind=KIND,
        classes=classes,
        train=train,
        validation=validation,
        split=split,
        counts=tuple(counts[index] for index in range(len(classes))),
        # A picture that stands in both lists has its problem once.
        problems=list(dict.fromkeys(read.problems)),
    )


class VOCPart(VOCDetection):
    """One part of a tree whose labels have been read already."""

    def __init__(
        self, items: list[tuple[str, str]], labels: list[np.ndarray], classes: tuple[str, ...]
    ) -> None:
        self._own_classes = classes
        self._checked = items
        self.labels = labels
        super().__init__(root=".", splits=(), preload_label=False)
        self._label_cache = labels

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, as written."""
        return self._own_classes

    def _load_items(self, splits: object) -> list[tuple[str, str]]:
        return self._checked


@dataclass
class _Reader:
    classes: tuple[str, ...]
    problems: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    unknown_in: dict[str, str] = field(default_factory=dict)

    def index_of(self, name: str) -> int | None:
        if name in self.classes:
            return self.classes.index(name)
        folded = [known.casefold() for known in self.classes]
        return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None

    def label(self, file: Path) -> np.ndarray | None:
        try:
            root = ET.parse(file).getroot()
            size = root.find("size")
            width, height = (float(size.findtext(key, "")) for key in ("width", "height"))
        except (ET.ParseError, LookupError, OSError, ValueError, AttributeError) as error:
            self.problems.append(f"{file.name}: {_what_ails(error)}; its picture is left out")
            return None
        rows = []
        for item in root.iter("object"):
            row = self._row(item, file, width, height)
            if row is not None:
                rows.append(row)
        return np.array(rows, dtype=np.float32).reshape(-1, 6)

    def _row(self, item: ET.Element, file: Path, width: float, height: float) -> list[float] | None:
        name = (item.findtext("name") or "").strip()
        index = self.index_of(name)
        if index is None:
            self.unknown[name] += 1
            self.unknown_in.setdefault(name, file.name)
            return None
        try:
            box = [
                float(item.findtext(f"bndbox/{key}", ""))
                for key in ("xmin", "ymin", "xmax", "ymax")
            ]
            if not all(math.isfinite(edge) for edge in box):
                raise ValueError(box)
        except ValueError:
            self.problems.append(f"{file.name}: a {name} without a box; left out")
            return None
        # VOC counts pixels from 1. Boxes that stick out by less are common, and cut to the edge.
        xmin, ymin = max(0.0, box[0] - 1), max(0.0, box[1] - 1)
        xmax, ymax = min(width, box[2] - 1), min(height, box[3] - 1)
        if not (xmin < xmax and ymin < ymax):
            self.problems.append(f"{file.name}: a {name} box without area; left out")
            return None
        difficult = (item.findtext("difficult") or "0").strip() == "1"
        return [xmin, ymin, xmax, ymax, float(index), float(difficult)]


def _what_ails(error: Exception) -> str:
    match error:
        case FileNotFoundError():
            return "missing"
        case OSError():
            return (error.strerror or str(error)).lower()
        case ET.ParseError() | LookupError():  # the latter: an encoding that nobody knows
            return "no whole XML"
    return "no picture size"


def _trees(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    if (path / "ImageSets" / "Main").is_dir():
        return [path]
    return sorted(child for child in path.iterdir() if (child / "ImageSets" / "Main").is_dir())


def _split_names(path: str, trees: list[Path]) -> tuple[str, str | None]:
    there = {file.stem for tree in trees for file in (tree / "ImageSets" / "Main").glob("*.txt")}
    # VOC's own trees list each class too (aeroplane_train): those are no splits of the whole.
    train = next((name for name in _TRAIN if name in there), None)
    if train is None:
        raise Refusal(f"{path}: ImageSets/Main has neither trainval.txt nor train.txt")
    validation = next((name for name in _VALIDATION if name in there), None)
    if train == "trainval" and validation == "val":
        train = "train" if "train" in there else train
    return train, validation if validation != train else None


def _part(path: str, trees: list[Path], name: str, read: _Reader) -> VOCPart:
    items: list[tuple[str, str]] = []
    labels: list[np.ndarray] = []
    for tree in trees:
        file = tree / "ImageSets" / "Main" / f"{name}.txt"
        if not file.is_file():
            continue
        for picture in dict.fromkeys(file.read_text("utf-8-sig", "replace").split("\n")):
            picture = picture.strip()
            if not picture:
                continue
            problem = picture_problem(tree / "JPEGImages" / f"{picture}.jpg")
            if problem:
                read.problems.append(f"{picture}.jpg: {problem}; left out")
                continue
            label = read.label(tree / "Annotations" / f"{picture}.xml")
            if label is None:
                continue
            if not len(label):
                read.problems.append(f"{picture}.jpg: no labelled object; left out")
                continue
            items.append((str(tree), picture))
            labels.append(label)
    return VOCPart(items, labels, read.classes)


def _divided(part: VOCPart) -> tuple[VOCPart, VOCPart]:
    picked = [index % 5 == 4 for index in range(len(part))]
    halves = []
    for validation in (False, True):
        chosen = [index for index, kept in enumerate(picked) if kept is validation]
        halves.append(
            VOCPart(
                [part._items[index] for index in chosen],
                [part.labels[index] for index in chosen],
                part.classes,
            )
        )
    return halves[0], halves[1]


def _refuse_unknown(path: str, read: _Reader, classes: tuple[str, ...]) -> None:
    if not read.unknown:
        return
    found = ", ".join(
        f"{name or '(no name)'} ({count}, first in {read.unknown_in[name]})"
        for name, count in read.unknown.most_common(3)
    )
    more = f" and {len(read.unknown) - 3} more" if len(read.unknown) > 3 else ""
    raise Refusal(
        f"{path}: labels that the model's classes do not name: {found}{more}; "
        f"the classes are {', '.join(classes)}: name all with --classes"
    )


def _because(problems: list[str]) -> str:
    return f" ({problems[0]})" if problems else ""
