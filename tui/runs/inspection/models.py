"""A model: opened, or read from a script's network."""

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


class ReadNet(msgspec.Struct, frozen=True, tag=True):
    """Build a network by a user's own Python, and say what that has set."""

    source: ModelSource


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The model, the recipe that can train it (None where there is none yet), and the source
    with what was found out on the way: its classes, its input size, its weights file, the inputs of
    its symbol."""

    model: ModelInfo
    source: ModelSource
    recipe: RecipeInfo | None


class NetRead(msgspec.Struct, frozen=True, tag=True):
    """A network twice: as its classes made it, and as the user's Python has left it."""

    made: ModelInfo
    left: ModelInfo
