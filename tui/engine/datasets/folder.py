"""A folder of pictures for each class, with or without train and val above."""

from __future__ import annotations

from pathlib import Path

from tui.engine.datasets.data import Problem, Task, unreadable
from tui.engine.datasets.pictures import SUFFIXES, PictureFile, look_at
from tui.engine.datasets.survey import LabelledPicture, Survey, divided

KIND = "folder a class"

_TRAIN = ("train", "training")
_VALIDATION = ("val", "valid", "validation", "test")

_NO_CLASSES = frozenset(
    {"images", "labels", "jpegimages", "annotations", "segmentationclass", "segmentationobject"}
)
"""Folders of pictures in other formats."""


def tasks_at(path: str) -> tuple[Task, ...]:
    """A folder with folders that hold pictures, perhaps below train and val."""
    root = Path(path)
    train, _ = _parts(root)
    return ("classification",) if _class_names(train or root) else ()


def survey(path: str, task: Task) -> Survey:
    """Read both parts."""
    root = Path(path)
    train_folder, validation_folder = _parts(root)
    names = list(_class_names(train_folder or root))
    problems: list[Problem] = []
    train = _read(train_folder or root, problems)
    if validation_folder is None:
        train, validation, split = divided(train)
    else:
        validation = _read(validation_folder, problems)
        names += [name for name in _class_names(validation_folder) if name not in names]
        split = f"{train_folder.name if train_folder else root.name} / {validation_folder.name}"
    return Survey(KIND, (task,), tuple(names), train, validation, split, problems)


def _parts(root: Path) -> tuple[Path | None, Path | None]:
    # A folder of that name may be a class itself, as COCO has trains: it holds pictures then.
    train = next((root / name for name in _TRAIN if _class_names(root / name)), None)
    if train is None:
        return None, None
    return train, next((root / name for name in _VALIDATION if _folders(root / name)), None)


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(p for p in root.iterdir() if _may_be_class(p))


def _may_be_class(place: Path) -> bool:
    name = place.name.lower()
    return not name.startswith(".") and name not in _NO_CLASSES and place.is_dir()


def _pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)


def _class_names(root: Path) -> tuple[str, ...]:
    return tuple(folder.name for folder in _folders(root) if _pictures(folder))


def _read(root: Path, problems: list[Problem]) -> list[LabelledPicture]:
    found: list[LabelledPicture] = []
    for folder in _folders(root):
        for file in _pictures(folder):
            name, looked = f"{folder.name}/{file.name}", look_at(file)
            if looked.problem:
                problems.append(unreadable(name, looked.problem))
                continue
            width, height = looked.upright
            source = PictureFile(file, looked.turn)
            found.append(LabelledPicture(name, source, width, height, category=folder.name))
    return found
