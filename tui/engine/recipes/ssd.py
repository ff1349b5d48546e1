"""SSD detectors, as GluonCV's scripts/detection/ssd/train_ssd.py trains them.

Loss: `SSDMultiBoxLoss` (cross entropy with hard negative mining, and smooth L1), already divided
by the number of matched anchors, hence `Trainer.step(1)`. Targets are made by
`SSDDefaultTrainTransform` from the anchors of the network at the input size.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.batchify import Pad, Stack, Tuple
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform, SSDDefaultValTransform
from gluoncv.loss import SSDMultiBoxLoss
from gluoncv.model_zoo.ssd.ssd import SSD
from gluoncv.utils.metrics.voc_detection import VOC07MApMetric
from mxnet import autograd
from mxnet.gluon.data import DataLoader

from tui.engine.datasets.data import Data, Task
from tui.engine.epoch_order import EpochOrder
from tui.engine.recipes.plain import PlainDetectionTransform
from tui.engine.recipes.recipe import Losses, Metric
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="ssd",
    title="SSD object detection",
    losses=("class", "box"),
    metric="VOC07 mAP",
    defaults=Hyperparameters(
        epochs=20, batch_size=8, learning_rate=0.001, momentum=0.9, weight_decay=0.0005
    ),
    source="GluonCV scripts/detection/ssd/train_ssd.py",
)

NMS_THRESHOLD, NMS_TOPK = 0.45, 400
"""What the script sets before validation."""


@dataclass
class SSDRecipe:
    """The recipe of every `gluoncv.model_zoo.ssd.SSD`."""

    info: RecipeInfo = INFO
    task: Task = "detection"

    def fits(self, built: Built) -> bool:
        """An SSD network."""
        return isinstance(built.net, SSD)

    def check_classes(self, built: Built) -> None:
        """As many classes as the predictors tell apart.

        Raises:
            Refusal: there are others.
        """
        if len(built.net.classes) != len(built.classes):
            raise Refusal(
                f"the detector tells {len(built.net.classes)} classes apart, --classes names "
                f"{len(built.classes)}; as many are needed, in their order"
            )

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> SSDTask:
        """Anchors, targets and loaders for this network and data.

        Raises:
            Refusal: the pictures are too small for the network.
        """
        return SSDTask(built, data, hyper)


class SSDTask:
    """An SSD network in training."""

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        self.net = built.net
        self._ctx = built.ctx
        self._classes = data.classes
        height, width = built.input_size
        with autograd.train_mode():
            _, _, anchors = self.net(mx.nd.zeros((1, 3, height, width), ctx=self._ctx))
        anchors = anchors.as_in_context(mx.cpu())
        if anchors.shape[1] < self.net.post_nms:
            raise Refusal(
                f"pictures of {height}×{width} leave this detector {anchors.shape[1]} anchors, "
                f"and it needs {self.net.post_nms}; give a larger --input-size"
            )
        transform: Callable[..., Any] = (
            SSDDefaultTrainTransform(width, height, anchors)
            if hyper.augment
            else PlainDetectionTransform(SSDDefaultTrainTransform(width, height, anchors))
        )
        # On the main thread, in this process: GluonCV's transforms draw from global generators,
        # and the same seed must give the same batches.
        self._order = EpochOrder(len(data.train), hyper.batch_size)
        self._loader = DataLoader(
            data.train.transform(transform),
            batch_sampler=self._order,
            batchify_fn=Tuple(Stack(), Stack(), Stack()),
        )
        self._validation = DataLoader(
            data.validation.transform(SSDDefaultValTransform(width, height)),
            hyper.batch_size,
            shuffle=False,
            batchify_fn=Tuple(Stack(), Pad(pad_val=-1)),
            last_batch="keep",
        )
        self._loss = SSDMultiBoxLoss()

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return len(self._loader)

    def batches(self, skip: int = 0) -> Iterable[Any]:
        """(pictures, class targets, box targets): B×3×H×W, B×A, B×A×4."""
        self._order.draw(skip)
        return self._loader

    def train_mode(self) -> None:
        """An SSD that ran in inference keeps returning detections until it is traced anew."""
        self.net.hybridize(static_alloc=True, static_shape=True)

    def losses(self, batch: Any) -> Losses:
        """The multi-box loss of a batch."""
        pictures, class_targets, box_targets = (array.as_in_context(self._ctx) for array in batch)
        class_predictions, box_predictions, _ = self.net(pictures)
        total, class_loss, box_loss = self._loss(
            class_predictions, box_predictions, class_targets, box_targets
        )
        # Each is one value a picture, divided by all matched anchors: their sum is the loss.
        size = pictures.shape[0]
        return Losses(
            backward=total,
            total=total[0] * size,
            parts={"class": class_loss[0] * size, "box": box_loss[0] * size},
            pictures=size,
            scale=1,
        )

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """VOC07 mean average precision at an overlap of 0.5."""
        metric = VOC07MApMetric(iou_thresh=0.5, class_names=list(self._classes))
        self.net.set_nms(nms_thresh=NMS_THRESHOLD, nms_topk=NMS_TOPK)
        self.net.hybridize(static_alloc=True, static_shape=True)
        for pictures, labels in self._validation:
            if stop():
                return None
            ids, scores, boxes = self.net(pictures.as_in_context(self._ctx))
            height, width = pictures.shape[2:]
            boxes = boxes.asnumpy()
            boxes[..., 0::2] = boxes[..., 0::2].clip(0, width)
            boxes[..., 1::2] = boxes[..., 1::2].clip(0, height)
            labels = labels.asnumpy()
            metric.update(
                [boxes],
                [ids.asnumpy()],
                [scores.asnumpy()],
                [labels[..., :4]],
                [labels[..., 4:5]],
                [labels[..., 5:6]],
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _, values = metric.get()
        per_class = {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(self._classes, values[:-1], strict=True)
        }
        return Metric(0.0 if np.isnan(values[-1]) else float(values[-1]), per_class)


RECIPE = SSDRecipe()
