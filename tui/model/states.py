"""The words for whether a parameter trains."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """What becomes of a parameter in training; PARTIAL is for blocks that hold both."""

    TRAINABLE = 0
    FROZEN = 1
    AUXILIARY = 2
    PARTIAL = 3

    @property
    def word(self) -> str:
        """The word on the screen and in files."""
        return self.name.lower()


class Statistic(IntEnum):
    """What becomes of a BatchNorm's running mean or variance in training."""

    MOVING = 0
    FIXED = 1

    @property
    def word(self) -> str:
        """The word on the screen."""
        return self.name.lower()
