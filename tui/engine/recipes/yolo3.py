"""YOLOv3 detectors, as GluonCV's scripts/detection/yolo/train_yolo3.py trains them with
`--no-random-shape`: pictures keep the one size that the model is opened with.

Loss: in the network, `YOLOV3Loss`: objectness, box centres, box scales, classes, each summed over
a picture's anchors and one value a picture; `Trainer.step` is told the batch size. Targets are
made by `YOLO3DefaultTrainTransform`, which asks the network for its anchors and its number of
classes: it is made when those are final.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
from gluoncv.data.batchify import Pad, Stack, Tuple
from gluoncv.data.transforms.presets.yolo import (
    YOLO3DefaultTrainTransform,
    YOLO3DefaultValTransform,
)
from gluoncv.model_zoo.yolo.yolo3 import YOLOV3

from tui.engine.datasets.data import Data
from tui.engine.recipes.anchor_room import Size, refuse_beyond
from tui.engine.recipes.detection import (
    NMS,
    DetectionTask,
    Detector,
    validation_loader,
)
from tui.engine.recipes.detection_measures import METRIC
from tui.engine.recipes.plain import PlainYOLOTransform
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="yolo3",
    title="YOLOv3 object detection",
    losses=("objectness", "centre", "scale", "class"),
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=20, batch_size=8, learning_rate=0.001, momentum=0.9, weight_decay=0.0005
    ),
    source="GluonCV scripts/detection/yolo/train_yolo3.py",
)

STRIDE = 32
"""Pixels of the picture to one of the coarsest feature map."""


class YOLO3Recipe(Detector):
    """The recipe of every `gluoncv.model_zoo.yolo.YOLOV3`."""

    info: RecipeInfo = INFO
    family = YOLOV3

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> YOLO3Task:
        """Anchors, targets and loaders for this network and data.

        Raises:
            Refusal: the pictures' sides are no multiples of 32, or too large for the network.
        """
        assert built.input_size is not None
        if any(side % STRIDE for side in built.input_size):
            height, width = built.input_size
            raise Refusal(
                f"pictures of {height}×{width} do not go into a YOLOv3: both sides must be "
                f"multiples of {STRIDE}; give another --input-size"
            )
        outputs = built.net.yolo_outputs
        refuse_beyond(
            built.input_size,
            built.input_size,
            [_cells(built.input_size, one._stride) for one in outputs],
            [one.offsets.shape[2:4] for one in outputs],
        )
        return YOLO3Task(built, data, hyper)


class YOLO3Task(DetectionTask):
    """A YOLOv3 network in training. A batch is pictures B×3×H×W; the targets of objectness,
    centres, scales, weights and classes, B×A×…; boxes, B×objects×4."""

    nms = NMS
    # Its static form is not for shapes that change, as the number of boxes does.
    hybridized: dict[str, bool] = {}  # noqa: RUF012

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        self.classes = data.classes
        height, width = built.input_size
        transform: Callable[..., Any] = YOLO3DefaultTrainTransform(width, height, built.net)
        if not hyper.augment:
            transform = PlainYOLOTransform(transform)
        super().__init__(
            built,
            data.train.transform(transform),
            hyper.batch_size,
            Tuple(*(Stack() for _ in range(6)), Pad(pad_val=-1)),
        )
        self._validation = validation_loader(
            data.validation.transform(YOLO3DefaultValTransform(width, height)), hyper.batch_size
        )

    def losses(self, batch: Any) -> Losses:
        """The four losses that the network gives of a batch, and their sum."""
        pictures, *targets, boxes = (array.as_in_context(self._ctx) for array in batch)
        parts = self.forward(pictures, boxes, *targets)
        total = mx.nd.add_n(*parts)
        size = pictures.shape[0]
        return Losses(
            backward=[total],
            total=total,
            parts=dict(zip(INFO.losses, parts, strict=True)),
            pictures=size,
        )


def _cells(picture: Size, stride: int) -> Size:
    height, width = picture
    return height // stride, width // stride


RECIPE = YOLO3Recipe()
