"""What the recipes of detectors share: their classes, and how they are measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.batchify import Stack, Tuple
from mxnet.gluon.data import DataLoader, Dataset

from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.detection_measures import DetectionMeasures
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Metric
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built

NMS = {"nms_thresh": 0.45, "nms_topk": 400}
"""What the scripts of SSD and YOLOv3 set before validation."""


def validation_loader(pictures: Dataset, batch_size: int) -> DataLoader:
    """Pictures of one size, with as many boxes as each has, in their order."""
    return DataLoader(
        pictures,
        batch_size,
        shuffle=False,
        batchify_fn=Tuple(Stack(), padded),
        last_batch="keep",
    )


def padded(labels: Sequence[np.ndarray]) -> mx.nd.NDArray:
    """Objects of some pictures, each objects×5 or ×6, as pictures×most×5 or ×6; rows of -1 are
    none. There is one row at least: MXNet has no empty arrays."""
    most = max(1, *map(len, labels))
    found = np.full((len(labels), most, labels[0].shape[1]), -1, dtype="float32")
    for rows, label in zip(found, labels, strict=True):
        rows[: len(label)] = label
    return mx.nd.array(found)


class Detector:
    """The part of a recipe that is the same for every detector of GluonCV's."""

    task: Task = "detection"
    family: type
    """The class of the family's networks."""

    def fits(self, built: Built) -> bool:
        """A network of the family."""
        return isinstance(built.net, self.family)

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

    def check_data(self, built: Built, data: Data) -> None:
        """Nothing to see: data is read with the classes that a detector names."""


class DetectionTask(LoaderTask):
    """A detector in training. `_validation` gives (pictures, labels), B×3×H×W and B×objects×6,
    the boxes in pixels of those pictures, and where those were resized in proportion, their scale:
    pixels of the original to one of theirs."""

    net: Any
    classes: Sequence[str]
    nms: dict[str, float] = {}  # noqa: RUF012
    """What the script sets before validation; nothing, unless a family says so."""
    _validation: Iterable[Sequence[mx.nd.NDArray]]

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """Mean average precision, VOC07's at an overlap of 0.5 and others beside it."""
        measures = DetectionMeasures(self.classes)
        if self.nms:
            self.net.set_nms(**self.nms)
        self._trace()
        for pictures, labels, *scale in self._validation:
            if stop():
                return None
            ids, scores, boxes = self.net(pictures.as_in_context(self._ctx))
            boxes, labels = clipped(boxes, pictures), labels.asnumpy()
            if scale:  # VOC's metric counts a pixel's width, so that sizes matter
                boxes *= scale[0].asnumpy()[..., np.newaxis]
                labels[..., :4] *= scale[0].asnumpy()[..., np.newaxis]
            found = (ids.asnumpy(), scores.asnumpy(), boxes)
            for picture in zip(labels, *found, strict=True):
                measures.add(*picture)
        return measures.metric()


def clipped(boxes: mx.nd.NDArray, pictures: mx.nd.NDArray) -> np.ndarray:
    """Boxes B×N×4, cut to the pictures that they are in, B×3×H×W."""
    height, width = pictures.shape[2:]
    boxes = boxes.asnumpy()
    boxes[..., 0::2] = boxes[..., 0::2].clip(0, width)
    boxes[..., 1::2] = boxes[..., 1::2].clip(0, height)
    return boxes
