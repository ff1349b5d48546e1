"""YOLO text folders: a data.yaml, pictures under images, and beside it labels with a line an
object: class number, then centre, width and height as shares of the picture; or an outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.engine.datasets.boxes import NO_NUMBER, checked_box
from tui.engine.datasets.data import OUTLINED, Problem, Task, unreadable
from tui.engine.datasets.pictures import SUFFIXES, PictureFile, look_at
from tui.engine.datasets.survey import LabelledObject, LabelledPicture, Survey, divided
from tui.engine.refusal import Refusal

KIND = "YOLO text"

_FILES = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_SUFFIXES = (".yaml", ".yml")


def tasks_at(path: str) -> tuple[Task, ...]:
    """A data.yaml, or a folder with one, or with images and labels."""
    place = Path(path)
    if place.suffix.lower() in _SUFFIXES:
        there = place.is_file()
    else:
        there = _yaml(place) is not None or all(
            (place / name).is_dir() for name in ("images", "labels")
        )
    return ("detection", "instance segmentation") if there else ()


def survey(path: str, task: Task) -> Survey:
    """Read both parts.

    Raises:
        Refusal: data.yaml cannot be used, or names no pictures.
    """
    place = Path(path)
    file = place if place.suffix.lower() in _SUFFIXES else _yaml(place)
    content = _content(file) if file else {}
    root = _root(file, content) if file else place
    names = _names(file, content) if file else ()
    read = _Reader(names, task)
    given = {part: _pictures(root, content.get(part)) for part in ("train", "val", "test")}
    if not file:
        given = {
            "train": _pictures(root, "images/train") or _pictures(root, "images"),
            "val": _pictures(root, "images/val") or _pictures(root, "images/valid"),
            "test": [],
        }
    if not given["train"]:
        raise Refusal(f"{file or place}: no pictures to train on where it says that they are")
    if content.get("val") and not given["val"] and not given["test"]:
        raise Refusal(
            f"{file}: no pictures for validation where it says that they are; without val, a part "
            "of the training pictures is kept for it"
        )
    train = read.part(given["train"])
    kept_as = "val" if given["val"] and given["val"] != given["train"] else "test"
    if given[kept_as] and given[kept_as] != given["train"]:
        validation, split = read.part(given[kept_as]), f"train / {kept_as}"
    else:
        train, validation, split = divided(train)
    classes = names or tuple(str(number) for number in range(read.highest + 1))
    return Survey(KIND, (task,), classes, train, validation, split, read.problems, not names)


@dataclass
class _Reader:
    names: tuple[str, ...]
    task: Task
    problems: list[Problem] = field(default_factory=list)
    highest: int = 0

    def part(self, files: Sequence[Path]) -> list[LabelledPicture]:
        found = (self._picture(file) for file in files)
        return [picture for picture in found if picture is not None]

    def _picture(self, file: Path) -> LabelledPicture | None:
        looked = look_at(file)
        if looked.problem:
            self.problems.append(unreadable(file.name, looked.problem))
            return None
        width, height = looked.upright
        objects: list[LabelledObject] = []
        labels = _labels_of(file)
        try:
            lines = labels.read_text("utf-8-sig").splitlines()
        except FileNotFoundError:
            self._say("missing label file", file.name, f"{labels.name} is missing")
            lines = []
        except (OSError, UnicodeDecodeError) as error:
            why = (
                error.strerror.lower()
                if isinstance(error, OSError) and error.strerror
                else "no text"
            )
            self._say("unreadable label", labels.name, f"{why}; its picture is left out")
            return None
        for number, line in enumerate(lines, 1):
            one = self._object(line, f"{labels.name}, line {number}", width, height)
            if one is not None and one in objects:
                self._say("duplicate object", f"{labels.name}, line {number}", "is there already")
            elif one is not None:
                objects.append(one)
        source = PictureFile(file, looked.turn)
        return LabelledPicture(file.name, source, width, height, tuple(objects))

    def _object(self, line: str, where: str, width: int, height: int) -> LabelledObject | None:
        words = line.split()
        if not words:
            return None
        try:
            kind_number, *values = int(words[0]), *map(float, words[1:])
        except ValueError:
            self._say(NO_NUMBER, where, "no class number and shares; left out")
            return None
        outline = len(values) >= 6 and len(values) % 2 == 0
        if len(values) != 4 and not outline:
            self._say(
                NO_NUMBER, where, f"{len(values)} numbers, neither a box nor an outline; left out"
            )
            return None
        if kind_number < 0 or (self.names and kind_number >= len(self.names)):
            self._say(
                "unknown class",
                where,
                f"class {kind_number}, and data.yaml names {len(self.names)}; left out",
            )
            return None
        polygon: tuple[float, ...] = ()
        if outline:
            xs, ys = [x * width for x in values[::2]], [y * height for y in values[1::2]]
            if self.task in OUTLINED:
                polygon = tuple(value for point in zip(xs, ys, strict=True) for value in point)
            given = (min(xs), min(ys), max(xs) - 1, max(ys) - 1)
        else:
            x, y, wide, high = values
            given = (
                *((x - wide / 2) * width, (y - high / 2) * height),
                *((x + wide / 2) * width - 1, (y + high / 2) * height - 1),
            )
        name = self.names[kind_number] if self.names else str(kind_number)
        box, kind = checked_box(given, width, height)
        if kind:
            self._say(kind, where, f"{name}: {kind}{'' if box else '; left out'}")
        if box is None:
            return None
        self.highest = max(self.highest, kind_number)
        return LabelledObject(name, box, polygons=(polygon,) if polygon else ())

    def _say(self, kind: str, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what))


def _yaml(place: Path) -> Path | None:
    return next((place / name for name in _FILES if (place / name).is_file()), None)


def _content(file: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(file.read_text("utf-8-sig"))
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Refusal(f"{file}: no text in UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise Refusal(f"{file}: no whole YAML{where}") from None
    if not isinstance(content, dict):
        raise Refusal(f"{file}: no settings in it; it should say names, train and val")
    return content


def _root(file: Path, content: dict[str, Any]) -> Path:
    root = (file.parent / str(content.get("path") or "")).expanduser()
    # Written on another machine, it names a folder of that machine.
    return root if root.is_dir() else file.parent


def _names(file: Path, content: dict[str, Any]) -> tuple[str, ...]:
    match content.get("names"):
        case list() as names:
            return tuple(map(str, names))
        case dict() as names if set(names) == set(range(len(names))):
            return tuple(str(names[number]) for number in range(len(names)))
        case None:
            return ()
    raise Refusal(f"{file}: names should be a list, or numbered from 0 on")


def _pictures(root: Path, given: Any) -> list[Path]:
    """The pictures that a train or val entry means: folders, or files with a picture a line."""
    found: list[Path] = []
    for entry in given if isinstance(given, list) else [given] if given else []:
        place = root / str(entry)
        if not place.exists():
            # Some exporters write ../train/images for train/images.
            place = root / str(entry).removeprefix("../")
        if place.is_dir():
            found += sorted(p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES)
        elif place.suffix == ".txt" and place.is_file():
            lines = place.read_text("utf-8-sig", "replace").splitlines()
            found += [_listed(root, place, line.strip()) for line in lines if line.strip()]
    return list(dict.fromkeys(found))


def _listed(root: Path, file: Path, line: str) -> Path:
    beside = file.parent / line
    return beside if beside.exists() else root / line


def _labels_of(picture: Path) -> Path:
    """images/…/name.jpg has its labels in labels/…/name.txt, by the last folder named images."""
    parts = list(picture.parts)
    for place in range(len(parts) - 2, -1, -1):
        if parts[place] == "images":
            parts[place] = "labels"
            return Path(*parts).with_suffix(".txt")
    return picture.with_suffix(".txt")
