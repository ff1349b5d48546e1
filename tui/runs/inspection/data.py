"""A data set: looked at, surveyed, shown, converted."""

from __future__ import annotations

import msgspec


class CheckData(msgspec.Struct, frozen=True, tag=True):
    """Look at a data set as the model's recipe would read it."""

    path: str
    recipe: str
    classes: tuple[str, ...]


class SurveyData(msgspec.Struct, frozen=True, tag=True):
    """Look at a data set without a model; an empty `task` is the likeliest of what lies there."""

    path: str
    task: str = ""


class ShowPictures(msgspec.Struct, frozen=True, tag=True):
    """Draw a data set's labels on its first `count` pictures, each at most (width, height) pixels
    large."""

    path: str
    task: str = ""
    count: int = 4
    size: tuple[int, int] = (640, 480)


class ConvertData(msgspec.Struct, frozen=True, tag=True):
    """Write a data set anew, in another format, in a folder that is not there yet. `classes`
    names those that have only numbers."""

    path: str
    into: str
    form: str
    task: str = ""
    classes: tuple[str, ...] = ()


class ProblemKind(msgspec.Struct, frozen=True):
    """What is wrong in a data set, by kind: how often, and the first lines that say where."""

    kind: str
    count: int
    first: tuple[str, ...]


class DataSummary(msgspec.Struct, frozen=True, tag=True):
    """What lies at a data path. `counts` are labelled objects (or pictures) by class in the
    training part, `validation_counts` those of the other, `boxes` is how many objects both have;
    `problems` are one line each, `problem_count` is how many there are in all, `kinds` the same by
    kind. `tasks` is what it serves; `numbered` says that its classes have no names."""

    path: str
    kind: str
    train: int
    validation: int
    split: str
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    problems: tuple[str, ...] = ()
    problem_count: int = 0
    kinds: tuple[ProblemKind, ...] = ()
    boxes: int = 0
    validation_counts: tuple[int, ...] = ()
    tasks: tuple[str, ...] = ()
    numbered: bool = False


class DrawnPicture(msgspec.Struct, frozen=True):
    """A picture with its labels: PNG bytes, and the same labels in words, one line each. `legend`
    is each class on it with how often and the colour (red, green, blue) that it is drawn in."""

    name: str
    width: int
    height: int
    png: bytes
    labels: tuple[str, ...]
    legend: tuple[tuple[str, int, tuple[int, int, int]], ...] = ()


class PicturesDrawn(msgspec.Struct, frozen=True, tag=True):
    """Pictures of a data set, `total` of which it has; `unreadable` could not be drawn."""

    pictures: tuple[DrawnPicture, ...]
    total: int
    unreadable: tuple[str, ...] = ()


class DataConverted(msgspec.Struct, frozen=True, tag=True):
    """What was written: pictures of both parts, objects, and what could not be taken along."""

    into: str
    form: str
    train: int
    validation: int
    boxes: int
    left_out: tuple[str, ...] = ()
