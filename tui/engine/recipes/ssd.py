"""SSD detectors, as GluonCV's scripts/detection/ssd/train_ssd.py trains them.

Loss: `SSDMultiBoxLoss` (cross entropy with hard negative mining, and smooth L1), already divided
by the number of matched anchors, hence `Trainer.step(1)`. Targets are made by
`SSDDefaultTrainTransform` from the anchors of the network at the input size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mxnet as mx
from gluoncv.data.batchify import Stack, Tuple
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform, SSDDefaultValTransform
from gluoncv.loss import SSDMultiBoxLoss
from gluoncv.model_zoo.ssd.ssd import SSD

from tui.engine.datasets.data import Data
from tui.engine.distribution.division import parts_of
from tui.engine.recipes.anchor_room import refuse_beyond
from tui.engine.recipes.detection import (
    NMS,
    DetectionTask,
    Detector,
    validation_loader,
)
from tui.engine.recipes.detection_measures import METRIC
from tui.engine.recipes.plain import PlainSSDTransform
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="ssd",
    title="SSD object detection",
    losses=("class", "box"),
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=20, batch_size=8, learning_rate=0.001, momentum=0.9, weight_decay=0.0005
    ),
    source="GluonCV scripts/detection/ssd/train_ssd.py",
)


class SSDRecipe(Detector):
    """The recipe of every `gluoncv.model_zoo.ssd.SSD`."""

    info: RecipeInfo = INFO
    family = SSD

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> SSDTask:
        """Anchors, targets and loaders for this network and data.

        Raises:
            Refusal: the pictures are too small or too large for the network.
        """
        return SSDTask(built, data, hyper)


class SSDTask(DetectionTask):
    """An SSD network in training. A batch is (pictures, class targets, box targets): B×3×H×W,
    B×A, B×A×4."""

    nms = NMS

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        self.classes = data.classes
        height, width = built.input_size
        anchors = _anchors(built, height, width).as_in_context(mx.cpu())
        if anchors.shape[1] < built.net.post_nms:
            raise Refusal(
                f"pictures of {height}×{width} leave this detector {anchors.shape[1]} anchors, "
                f"and it needs {built.net.post_nms}; give a larger --input-size"
            )
        transform: Callable[..., Any] = SSDDefaultTrainTransform(width, height, anchors)
        if not hyper.augment:
            transform = PlainSSDTransform(transform)
        super().__init__(
            built,
            data.train.transform(transform),
            hyper.batch_size,
            Tuple(Stack(), Stack(), Stack()),
        )
        self._validation = validation_loader(
            data.validation.transform(SSDDefaultValTransform(width, height)), hyper.batch_size
        )
        self._loss = SSDMultiBoxLoss()

    def losses(self, batch: Any) -> Losses:
        """The multi-box loss of a batch."""
        return self.losses_on(batch, (self._ctx,))[0]

    def losses_on(self, batch: Any, contexts: Sequence[mx.Context]) -> list[Losses]:
        """That of a batch whose parts are on several devices: they have one loss together, as
        each is divided by the matched anchors of all."""
        predicted: list[tuple[mx.nd.NDArray, ...]] = []
        for ctx, part in zip(contexts, parts_of(batch, len(contexts)), strict=False):
            pictures, *targets = (array.as_in_context(ctx) for array in part)
            classes, boxes, _ = self.forward(pictures)
            predicted.append((classes, boxes, *targets))
        # Not before all devices are at work: this waits for the number of matched anchors.
        parts = zip(*predicted, strict=True)
        total, class_loss, box_loss = self._loss(*(list(part) for part in parts))
        size = batch[0].shape[0]

        def told(values: list[mx.nd.NDArray]) -> mx.nd.NDArray:
            # Each is one value a picture, divided by all matched anchors: their sum is the loss.
            return mx.nd.concat(*(one.as_in_context(contexts[0]) for one in values), dim=0) * size

        return [
            Losses(
                backward=total,
                total=told(total),
                parts={"class": told(class_loss), "box": told(box_loss)},
                pictures=size,
                by_pictures=False,
                divided_by=lambda: (batch[1] > 0).sum(),
            )
        ]


def _anchors(built: Built, height: int, width: int) -> mx.nd.NDArray:
    """The anchors of the network for pictures of a size, 1×A×4.

    The network itself tells them in training mode alone, and a picture that goes through in that
    moves the running statistics of norms: on a GPU on the way forth.

    Raises:
        Refusal: there are none for all of such a picture.
    """
    net = built.net
    features = net.features(mx.nd.zeros((1, 3, height, width), ctx=built.ctx))
    refuse_beyond(
        (height, width),
        (height, width),
        [feature.shape[2:] for feature in features],
        [generator.anchors.shape[2:4] for generator in net.anchor_generators],
    )
    found = [
        generator(feature).reshape((1, -1, 4))
        for feature, generator in zip(features, net.anchor_generators, strict=True)
    ]
    return mx.nd.concat(*found, dim=1)


RECIPE = SSDRecipe()
