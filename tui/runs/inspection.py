"""What the screen and the inspector say to each other, one JSON message a line."""

from __future__ import annotations

import msgspec

from tui.model.description import ModelInfo
from tui.model.source import ModelSource
from tui.runs.recipe import RecipeInfo

PROTOCOL_VERSION = 1


class OpenModel(msgspec.Struct, frozen=True, tag=True):
    """Build this model and describe it."""

    source: ModelSource
    version: int = PROTOCOL_VERSION


class CheckData(msgspec.Struct, frozen=True, tag=True):
    """Look at a data set as the model's recipe would read it."""

    path: str
    recipe: str
    classes: tuple[str, ...]


Question = OpenModel | CheckData


class Phase(msgspec.Struct, frozen=True, tag=True):
    """What the inspector is about to do: `importing MXNet`."""

    doing: str


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The model, the recipe that can train it (None where there is none yet), and the source
    with what was found out on the way: its classes, its input size, its weights file."""

    model: ModelInfo
    source: ModelSource
    recipe: RecipeInfo | None


class DataSummary(msgspec.Struct, frozen=True, tag=True):
    """What lies at a data path. `counts` are labelled objects (or pictures) by class;
    `problems` are one line each, `problem_count` is how many there are in all."""

    path: str
    kind: str
    train: int
    validation: int
    split: str
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    problems: tuple[str, ...] = ()
    problem_count: int = 0


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It could not be done: one line that says what, why, and what to do."""

    message: str


Answer = Phase | Opened | DataSummary | Refused
