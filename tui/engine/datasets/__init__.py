"""Data sets, found by what lies at a path. A new format is one new file and one line in
`FORMATS`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tui.engine.datasets import builtin, folder, voc
from tui.engine.datasets.data import Data, Task
from tui.engine.refusal import Refusal

Format = tuple[str, Callable[[str], bool], Callable[[str, Task, tuple[str, ...]], Data]]

FORMATS: tuple[Format, ...] = (
    (builtin.KIND, builtin.accepts, builtin.load),
    (voc.KIND, voc.accepts, voc.load),
    (folder.KIND, folder.accepts, folder.load),
)
"""Each format: its name, whether a path holds it, and how it is read."""


def load_data(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Read the data set at a path, for a task, with the classes that the model tells apart.

    Raises:
        Refusal: nothing there, nothing that is known, or nothing that fits.
    """
    for _, accepts, load in FORMATS:
        if accepts(path):
            return load(path, task, classes)
    place = Path(path)
    if not place.exists():
        raise Refusal(f"{path}: there is nothing at this path")
    if not place.is_dir():
        raise Refusal(f"{path}: a file; the folder that holds the data set is needed")
    if not any(place.iterdir()):
        raise Refusal(f"{path}: the folder is empty")
    if task == "detection":
        raise Refusal(f"{path}: no Pascal VOC tree ({voc.missing(path)})")
    raise Refusal(f"{path}: no folder of pictures for each class (train/<class>/… or <class>/…)")
