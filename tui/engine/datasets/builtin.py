"""`shapes`: the pictures that thaw draws itself, in the form of each task."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.painted_mask import BACKGROUND
from tui.engine.datasets.shape_outlines import JOINTS
from tui.engine.datasets.survey import LabelledObject, LabelledPicture, Survey, counts
from tui.engine.refusal import Refusal

if TYPE_CHECKING:
    from tui.engine.datasets.shapes import Shapes

KIND = "built-in shapes"
NAME = "shapes"
SPLIT = "drawn from two seeds"


def tasks_at(path: str) -> tuple[Task, ...]:
    """The one name."""
    if path != NAME:
        return ()
    return ("detection", "classification", "segmentation", "instance segmentation", "pose")


def load(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Both parts, drawn as they are asked for.

    Raises:
        Refusal: the classes are not those of the shapes.
    """
    train, validation = _parts(task)
    names = _names(task)
    if task != "pose" and classes != names:
        raise Refusal(
            f"the built-in shapes are {', '.join(names)}; open the model with "
            f"--classes {','.join(names)}"
        )
    found = survey(path, task)
    counted = counts(found.train)
    return Data(
        kind=KIND,
        classes=names,
        train=train,
        validation=validation,
        split=SPLIT,
        counts=tuple(counted[name] for name in names),
        boxes=sum(len(picture.objects) for picture in found.pictures),
        joints=found.joints,
        labelled=found.train,
    )


def survey(path: str, task: Task) -> Survey:
    """Both parts as labelled pictures, which are drawn when they are read."""
    train, validation = _parts(task)
    return Survey(
        KIND,
        (task,),
        _names(task),
        _pictures(train, "train"),
        _pictures(validation, "val"),
        SPLIT,
        joints=tuple(JOINTS) if task == "pose" else (),
    )


def _names(task: Task) -> tuple[str, ...]:
    from tui.engine.datasets.shapes import CLASSES

    if task == "pose":
        return ("arrow",)
    return (BACKGROUND, *CLASSES) if task == "segmentation" else tuple(CLASSES)


def _parts(task: Task) -> tuple[Shapes, Shapes]:
    # Not at the top: nothing else needs what it takes to draw.
    from tui.engine.datasets import shapes

    make = {
        "detection": shapes.ShapesDetection,
        "classification": shapes.ShapesClassification,
        "segmentation": shapes.ShapesSegmentation,
        "instance segmentation": shapes.ShapesInstances,
        "pose": shapes.ShapesPose,
    }[task]
    return make("train", shapes.TRAIN_LENGTH), make("val", shapes.VALIDATION_LENGTH)


@dataclass(frozen=True)
class _Drawn:
    """A picture that is drawn when it is asked for, as a PNG, which loses nothing."""

    shapes: Any
    index: int
    turn: int = 1
    known_by: bytes = KIND.encode()

    def encoded(self) -> bytes:
        from PIL import Image

        written = io.BytesIO()
        Image.fromarray(self.shapes.drawn(self.index)[0]).save(written, "PNG")
        return written.getvalue()


@dataclass(frozen=True)
class _DrawnMask:
    shapes: Any
    index: int
    known_by: bytes = KIND.encode()

    def read(self) -> npt.NDArray[np.uint8]:
        mask: npt.NDArray[np.uint8] = self.shapes.mask(self.index)
        return mask


def _pictures(part: Shapes, name: str) -> list[LabelledPicture]:
    from tui.engine.datasets.shapes import (
        ShapesClassification,
        ShapesInstances,
        ShapesPose,
        ShapesSegmentation,
    )

    found = []
    for index in range(len(part)):
        placed = part.placed(index)
        category, mask, present = None, None, ()
        objects: tuple[LabelledObject, ...] = ()
        if isinstance(part, ShapesClassification):
            category = part.classes[placed[0].kind]
        elif isinstance(part, ShapesSegmentation):
            mask = _DrawnMask(part, index)
            present = (BACKGROUND, *{part.classes[shape.kind + 1]: None for shape in placed})
        else:
            outlined, posed = isinstance(part, ShapesInstances), isinstance(part, ShapesPose)
            objects = tuple(
                LabelledObject(
                    part.classes[shape.kind],
                    # A survey's boxes end on their last pixel, those of the shapes after it.
                    (*shape.stencil.box[:2], shape.stencil.box[2] - 1, shape.stencil.box[3] - 1),
                    polygons=shape.polygons if outlined else (),
                    keypoints=tuple((x, y, 2) for x, y in shape.joints(JOINTS.values()))
                    if posed
                    else (),
                )
                for shape in placed
            )
        found.append(
            LabelledPicture(
                f"{name}{index:04}",
                _Drawn(part, index),
                part.size,
                part.size,
                objects,
                category,
                mask,
                present,
            )
        )
    return found
