"""What is predicted of one picture, and what predicts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import mxnet as mx
import numpy as np
import numpy.typing as npt

from tui.engine.sources.built import Built

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PredictedObject:
    """One object: its class, its score (0 to 1; None of a true one), and its box in pixels of the
    picture. `mask` is height×width of the picture; `joints` are (x, y, visible)."""

    name: str
    score: float | None
    box: tuple[float, float, float, float]
    mask: Mask | None = None
    joints: tuple[tuple[float, float, bool], ...] = ()


@dataclass(frozen=True)
class Predicted:
    """What a network says of a picture, or what is true of it. `ranked` are classes of the whole
    with their scores, the likeliest first; `mask` is the class of every pixel, 255 for none."""

    objects: tuple[PredictedObject, ...] = ()
    ranked: tuple[tuple[str, float | None], ...] = ()
    mask: npt.NDArray[np.uint8] | None = None


class Predictor(Protocol):
    """A network that says what is on pictures."""

    classes: tuple[str, ...]

    def __init__(self, built: Built) -> None: ...

    @staticmethod
    def fits(built: Built) -> bool:
        """Whether this network is of the family."""
        ...

    def begin(self) -> None:
        """Make the network ready, as a validation does; called once, and not after one."""
        ...

    def predict(self, pixels: mx.nd.NDArray, threshold: float = 0.0) -> Predicted:
        """Of a picture, height×width×3, uint8, RGB; without objects of a lower score."""
        ...

    def input_facts(self) -> dict[str, Any]:
        """How a picture is made the network's input, in words and numbers, for a deployer."""
        ...
