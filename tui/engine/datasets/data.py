"""A data set as a recipe takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mxnet.gluon.data import Dataset

from tui.engine.datasets.skipped import SkippedPictures

if TYPE_CHECKING:
    from tui.engine.datasets.survey import LabelledPicture

Task = Literal["detection", "classification", "segmentation", "instance segmentation", "pose"]

OUTLINED: tuple[Task, ...] = ("instance segmentation", "segmentation")
"""What outlines are kept for: of all that is labelled they take the most memory, in each process
that reads pictures."""


@dataclass(frozen=True)
class Problem:
    """Something wrong in a data set: of what kind, in which picture or file, and the line that
    says so. `picture` is whether it cost a picture that cannot be read."""

    kind: str
    where: str
    what: str
    picture: bool = False

    @property
    def line(self) -> str:
        """One line for people."""
        return f"{self.where}: {self.what}" if self.where else self.what


def unreadable(picture: str, why: str) -> Problem:
    """A picture that cannot be read, or is not there."""
    kind = "missing picture" if why == "missing" else "unreadable picture"
    return Problem(kind, picture, f"{why}; left out", picture=True)


@dataclass
class Data:
    """Pictures with labels, in two parts.

    Items begin with a picture: an NDArray of uint8, height×width×3, RGB. What follows is

    - detection: a float array, objects×6: xmin, ymin, xmax, ymax in pixels, class index,
      difficult, as GluonCV's VOCDetection has it; what is difficult, or a crowd, counts neither
      way in validation, and pictures of that part may have no objects;
    - classification: a class index;
    - segmentation: an NDArray of int32, height×width, of class indices; -1 is to be left out;
    - instance segmentation: as detection, then for each object its polygons (arrays of points×2),
      as GluonCV's COCOInstance has it, or of a crowd its mask in runs, as pycocotools has it;
    - pose: a dict with `bbox` and `joints_3d` (joints×3×2: position and visibility), then the
      number of the picture; one item an object, as GluonCV's COCOKeyPoints has it.

    `counts` are labelled objects (or pictures) of each class in the training part, `boxes` how
    many objects both parts have; `problems` are what was left out or mended, and why; `split` says
    how the two parts were made. `joints` are the names of an object's keypoints, in their order.
    `skipped` tells of pictures that could not be read later on. `labelled` are the pictures of the
    training part as the data set has them, by which it is known again.
    """

    kind: str
    classes: tuple[str, ...]
    train: Dataset
    validation: Dataset
    split: str
    counts: tuple[int, ...]
    problems: list[Problem] = field(default_factory=list)
    boxes: int = 0
    joints: tuple[str, ...] = ()
    skipped: SkippedPictures = field(default_factory=SkippedPictures)
    labelled: Sequence[LabelledPicture] = ()
