"""predictions.jsonl: what a run's network says of pictures, one picture a line."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

PREDICTIONS_VERSION = 1
NAME = "predictions.jsonl"


class MaskCode(msgspec.Struct, frozen=True):
    """A mask of a picture's size, run lengths coded as COCO does (`size` is height, width)."""

    size: tuple[int, int]
    counts: str


class ObjectPrediction(msgspec.Struct, frozen=True, omit_defaults=True):
    """An object: its class, its score, 0 to 1, and its box, xmin, ymin, xmax, ymax, in pixels of
    the picture as a viewer shows it. `joints` are x, y and whether it is seen."""

    name: str
    score: float
    box: tuple[float, float, float, float]
    mask: MaskCode | None = None
    joints: tuple[tuple[float, float, bool], ...] = ()


class ClassShare(msgspec.Struct, frozen=True):
    """A class with its score, or its share of the pixels, 0 to 1."""

    name: str
    value: float


class PicturePrediction(msgspec.Struct, frozen=True):
    """A picture: its path as given, its size in pixels as a viewer shows it, and the PNG with the
    predictions on it, relative to this file. A detector fills `objects`, a classifier `classes`
    (the first five, the likeliest first), a segmentation network `areas` and `mask`, a PNG of
    class numbers."""

    picture: str
    width: int
    height: int
    drawn: str
    objects: tuple[ObjectPrediction, ...] = ()
    classes: tuple[ClassShare, ...] = ()
    areas: tuple[ClassShare, ...] = ()
    mask: str = ""
    version: int = PREDICTIONS_VERSION


def encoded(predictions: Iterable[PicturePrediction]) -> bytes:
    """As they stand in the file."""
    return b"".join(msgspec.json.encode(one) + b"\n" for one in predictions)


def read_predictions(path: Path) -> list[PicturePrediction]:
    """Read a file of them.

    Raises:
        OSError: it cannot be read.
        msgspec.DecodeError: it holds something else.
    """
    lines = path.read_bytes().splitlines()
    return [msgspec.json.decode(line, type=PicturePrediction) for line in lines]
