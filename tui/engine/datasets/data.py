"""A data set as a recipe takes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mxnet.gluon.data import Dataset

Task = Literal["detection", "classification", "segmentation"]


@dataclass
class Data:
    """Pictures with labels, in two parts.

    Items are (picture, label). A picture is an NDArray of uint8, height×width×3, RGB. The label
    of detection is a float array, objects×6: xmin, ymin, xmax, ymax in pixels, class index,
    difficult (as GluonCV's VOCDetection has it); of classification, a class index; of
    segmentation, an NDArray of int32, height×width, of class indices, -1 where none counts.

    `counts` are labelled objects (or pictures) of each class in the training part; `problems`
    are one line each, for people; `split` says how the two parts were made.
    """

    kind: str
    classes: tuple[str, ...]
    train: Dataset
    validation: Dataset
    split: str
    counts: tuple[int, ...]
    problems: list[str] = field(default_factory=list)
