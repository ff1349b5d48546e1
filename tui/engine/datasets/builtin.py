"""`shapes`: the pictures that thaw draws itself."""

from __future__ import annotations

from collections import Counter

from tui.engine.datasets.data import Data, Task
from tui.engine.refusal import Refusal

KIND = "built-in shapes"
NAME = "shapes"


def accepts(path: str) -> bool:
    """The one name."""
    return path == NAME


def load(path: str, task: Task, classes: tuple[str, ...]) -> Data:
    """Both parts, drawn as they are asked for.

    Raises:
        Refusal: the classes are not those of the shapes.
    """
    # Not at the top: nothing else needs what it takes to draw.
    from tui.engine.datasets.shapes import (
        CLASSES,
        TRAIN_LENGTH,
        VALIDATION_LENGTH,
        ShapesClassification,
        ShapesDetection,
    )

    if classes != tuple(CLASSES):
        raise Refusal(
            f"the built-in shapes are {', '.join(CLASSES)}; open the model with "
            f"--classes {','.join(CLASSES)}"
        )
    make = ShapesDetection if task == "detection" else ShapesClassification
    train, validation = make("train", TRAIN_LENGTH), make("val", VALIDATION_LENGTH)
    labels = (train.label(index) for index in range(len(train)))
    counted: Counter[int] = Counter(
        int(number)
        for label in labels
        for number in (label[:, 4] if task == "detection" else [label])
    )
    return Data(
        kind=KIND,
        classes=tuple(CLASSES),
        train=train,
        validation=validation,
        split="drawn from two seeds",
        counts=tuple(counted[index] for index in range(len(CLASSES))),
    )
