"""The labels of RecordIO and .lst files: a row of numbers for each picture.

One number is a class. More are a header (its length, the length of an object, and what else the
header holds), then for each object its class and xmin, ymin, xmax, ymax, as shares of the picture,
or in pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.boxes import checked_box
from tui.engine.datasets.data import Problem, Task, unreadable
from tui.engine.datasets.parts import named, parted
from tui.engine.datasets.pictures import Looked
from tui.engine.datasets.survey import (
    LabelledObject,
    LabelledPicture,
    PictureSource,
    Survey,
    divided,
)

Vector = npt.NDArray[np.float64]

_NAMES = ("classes.txt", "labels.txt", "names.txt", "synset.txt")
_SHARES = 2.0
"""Coordinates of which the largest is larger than this are in pixels."""


def names_beside(folder: Path) -> tuple[str, ...]:
    """Class names, one a line, in a file that is usual; none where there is no such file."""
    for name in _NAMES:
        file = folder / name
        if file.is_file():
            lines = file.read_text("utf-8-sig", "replace").splitlines()
            return tuple(line.strip() for line in lines if line.strip())
    return ()


def task_of(vector: Vector) -> Task:
    """What a row of numbers is for."""
    return "detection" if vector.size > 1 else "classification"


@dataclass
class Row:
    """A picture and its row of numbers."""

    name: str
    source: PictureSource
    looked: Looked
    vector: Vector


@dataclass
class VectorReader:
    """Makes labelled pictures of rows; `names` are the classes', where they are known."""

    names: tuple[str, ...]
    task: Task
    problems: list[Problem] = field(default_factory=list)
    highest: int = 0

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names, or numbers as far as they go."""
        return self.names or tuple(str(number) for number in range(self.highest + 1))

    def pictures(self, rows: Sequence[Row]) -> list[LabelledPicture]:
        """Those rows of which the picture and the label can be used."""
        tables = [self._table(row) for row in rows]
        most = max(
            (float(table[:, 1:5].max()) for table in tables if table is not None and table.size),
            default=0,
        )
        found = []
        for row, table in zip(rows, tables, strict=True):
            if row.looked.problem:
                self.problems.append(unreadable(row.name, row.looked.problem))
            elif self.task == "classification":
                found.append(self._classified(row))
            elif table is not None:
                found.append(self._boxed(row, table, shares=most <= _SHARES))
        return [picture for picture in found if picture is not None]

    def _table(self, row: Row) -> Vector | None:
        """Objects×5 or more; None, and said, where the numbers are no such thing."""
        if self.task == "classification":
            return None
        vector = row.vector
        if vector.size < 2 or not np.isfinite(vector).all():
            self._say("broken label", row.name, "no header and boxes; left out")
            return None
        header, width = int(vector[0]), int(vector[1])
        if header < 2 or width < 5 or (vector.size - header) % width or vector.size < header:
            told = f"{vector.size} numbers, said to be {header} and then {width} an object"
            self._say("broken label", row.name, f"{told}; left out")
            return None
        return vector[header:].reshape(-1, width)

    def _classified(self, row: Row) -> LabelledPicture | None:
        name = self._name(row, row.vector[0] if row.vector.size else np.nan)
        width, height = row.looked.upright
        return name and LabelledPicture(row.name, row.source, width, height, category=name)

    def _boxed(self, row: Row, table: Vector, *, shares: bool) -> LabelledPicture:
        width, height = row.looked.upright
        scale = (width, height, width, height) if shares else (1, 1, 1, 1)
        objects = []
        for values in table:
            name = self._name(row, values[0])
            if name is None:
                continue
            left, top, right, bottom = (
                float(edge * times) for edge, times in zip(values[1:5], scale, strict=True)
            )
            box, kind = checked_box((left, top, right, bottom), width, height)
            if kind:
                self._say(kind, row.name, f"{name}: {kind}{'' if box else '; left out'}")
            if box is not None:
                # GluonCV's tutorial leaves what follows a box to whoever wrote it: difficult here.
                objects.append(LabelledObject(name, box, len(values) > 5 and values[5] == 1))
        return LabelledPicture(row.name, row.source, width, height, tuple(objects))

    def _name(self, row: Row, value: float) -> str | None:
        if not np.isfinite(value) or value < 0 or value != int(value):
            self._say("broken label", row.name, f"class {value:g}; left out")
            return None
        number = int(value)
        if self.names and number >= len(self.names):
            told = f"class {number}, and {len(self.names)} are named; left out"
            self._say("unknown class", row.name, told)
            return None
        self.highest = max(self.highest, number)
        return self.names[number] if self.names else str(number)

    def _say(self, kind: str, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what))


def survey_rows(
    kind: str,
    place: Path,
    files: Sequence[Path],
    rows: Callable[[Path, VectorReader], list[Row]],
    task: Task,
) -> Survey:
    """Read files of rows, in both parts. `rows` reads one file."""
    root = place if place.is_dir() else place.parent
    training, validation = parted(files, root)
    read = VectorReader(names_beside(root), task)
    train = read.pictures([row for file in training for row in rows(file, read)])
    if validation:
        kept = read.pictures([row for file in validation for row in rows(file, read)])
        split = f"{named(training)} / {named(validation)}"
    else:
        train, kept, how = divided(train)
        split = f"{named(training)}, {how}"
    return Survey(kind, (task,), read.classes, train, kept, split, read.problems, not read.names)
