"""A folder of pictures for each class, with or without train and val above."""

from __future__ import annotations

from pathlib import Path

import mxnet as mx
from mxnet.gluon.data import Dataset

from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.pictures import SUFFIXES, picture_problem
from tui.engine.refusal import Refusal

KIND = "folder a class"

_TRAIN = ("train", "training")
_VALIDATION = ("val", "valid", "validation", "test")


class Pictures(Dataset):
    """Picture files with a class index each."""

    def __init__(self, items: list[tuple[str, int]]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, int]:
        file, label = self.items[index]
        return mx.image.imread(file, 1), label


def accepts(path: str) -> bool:
    """A folder with folders that hold pictures, perhaps below train and val."""
    root = Path(path)
    train, _ = _parts(root)
    return any(_pictures(folder) for folder in _folders(train or root))


def load(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Read both parts.

    Raises:
        Refusal: the folders' names are not the model's classes, or a part is empty.
    """
    if task != "classification":
        raise Refusal(
            f"{path}: pictures in a folder for each class, without boxes; "
            "a detector needs a Pascal VOC tree"
        )
    root = Path(path)
    train_folder, validation_folder = _parts(root)
    names = _class_names(train_folder or root)
    order = _order(path, names, classes)
    problems: list[str] = []
    train = _read(train_folder or root, order, problems)
    if validation_folder is not None:
        _order(str(validation_folder), _class_names(validation_folder), order)
        validation = _read(validation_folder, order, problems)
        split = f"{train_folder.name if train_folder else root.name} / {validation_folder.name}"
    else:
        validation = train[4::5]
        train = [item for index, item in enumerate(train) if index % 5 != 4]
        split = "every fifth picture kept for validation"
    for name, part in (("training", train), ("validation", validation)):
        if not part:
            because = f" ({problems[0]})" if problems else ""
            raise Refusal(f"{path}: no usable picture for {name}{because}")
    counts = [0] * len(order)
    for _, label in train:
        counts[label] += 1
    problems.extend(
        f"{name}: no training picture"
        for name, count in zip(order, counts, strict=True)
        if not count
    )
    return Data(KIND, order, Pictures(train), Pictures(validation), split, tuple(counts), problems)


def _parts(root: Path) -> tuple[Path | None, Path | None]:
    def first(names: tuple[str, ...]) -> Path | None:
        return next((root / name for name in names if (root / name).is_dir()), None)

    train = first(_TRAIN)
    return (train, first(_VALIDATION)) if train else (None, None)


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))


def _pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)


def _class_names(root: Path) -> tuple[str, ...]:
    return tuple(folder.name for folder in _folders(root) if _pictures(folder))


def _order(path: str, names: tuple[str, ...], classes: tuple[str, ...]) -> tuple[str, ...]:
    if set(names) <= set(classes):
        return classes
    unknown = [name for name in names if name not in classes]
    given = f"the model tells apart {', '.join(classes[:5])}" if classes else "the model names none"
    raise Refusal(
        f"{path}: folders that are no class of the model: {', '.join(unknown[:5])}"
        f"{f' and {len(unknown) - 5} more' if len(unknown) > 5 else ''}; {given}; "
        f"open it with --classes {','.join(names[:20])}{',…' if len(names) > 20 else ''}"
    )


def _read(root: Path, order: tuple[str, ...], problems: list[str]) -> list[tuple[str, int]]:
    items: list[tuple[str, int]] = []
    for folder in _folders(root):
        if folder.name not in order:
            continue
        for file in _pictures(folder):
            problem = picture_problem(file)
            if problem:
                problems.append(f"{folder.name}/{file.name}: {problem}; left out")
            else:
                items.append((str(file), order.index(folder.name)))
    return items
