"""Mask R-CNN, as GluonCV's scripts/instance/mask_rcnn/train_mask_rcnn.py trains it, one picture
at a time.

Loss: Faster R-CNN's four, and binary cross entropy of the masks of the regions in which an object
is, summed over their pixels and divided by the number of them. The script spares biases the weight
decay, and groups pictures of like proportions: the first is for the plan to say, the second is of
no account where pictures go through one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.batchify import MaskRCNNTrainBatchify
from gluoncv.data.transforms import mask as outlines
from gluoncv.data.transforms.presets.rcnn import (
    FasterRCNNDefaultTrainTransform,
    MaskRCNNDefaultTrainTransform,
    MaskRCNNDefaultValTransform,
)
from gluoncv.model_zoo.rcnn.mask_rcnn.mask_rcnn import MaskRCNN
from mxnet.gluon.data import DataLoader
from mxnet.gluon.loss import SigmoidBinaryCrossEntropyLoss
from pycocotools import mask as runs

from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.coco_measures import surest
from tui.engine.recipes.detection import Detector, clipped
from tui.engine.recipes.detection_measures import METRIC, DetectionMeasures
from tui.engine.recipes.mask_head_on_cpu import multiply_instead
from tui.engine.recipes.recipe import Metric
from tui.engine.recipes.region_detector import LOSSES, RegionTask, sides
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="mask_rcnn",
    title="Mask R-CNN instance segmentation",
    losses=(*LOSSES, "mask"),
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=26, batch_size=1, learning_rate=0.00125, momentum=0.9, weight_decay=0.0001
    ),
    source="GluonCV scripts/instance/mask_rcnn/train_mask_rcnn.py",
)

LEAST_SCORE = 0.001
"""The script's: what is less sure is not measured."""


class MaskRCNNRecipe(Detector):
    """The recipe of every `gluoncv.model_zoo.rcnn.mask_rcnn.MaskRCNN`."""

    info: RecipeInfo = INFO
    task: Task = "instance segmentation"
    family = MaskRCNN

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> MaskRCNNTask:
        """Anchors, targets and loaders for this network and data.

        Raises:
            Refusal: the pictures are too small or too large for the network.
        """
        return MaskRCNNTask(built, data, hyper)


class MaskRCNNTask(RegionTask):
    """A Mask R-CNN in training. A picture has the masks of its objects too, 1×objects×H×W."""

    info = INFO

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        if built.ctx.device_type == "cpu":
            multiply_instead(built.net)
        short, longest = sides(built)
        known = {"ashape": built.net.ashape, "multi_stage": built.net.num_stages > 1}
        validation = DataLoader(
            data.validation.transform(_Whole(MaskRCNNDefaultValTransform(short, longest))),
            1,
            shuffle=False,
            batchify_fn=_the_only_one,
        )
        super().__init__(
            built,
            data,
            hyper,
            MaskRCNNDefaultTrainTransform(short, longest, built.net, **known)
            if hyper.augment
            else _Unflipped(
                FasterRCNNDefaultTrainTransform(short, longest, built.net, flip_p=0, **known)
            ),
            MaskRCNNTrainBatchify(built.net),
            validation,
        )
        self._mask_loss = SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)

    def _blank(self, side: int) -> tuple[Any, ...]:
        picture, label = super()._blank(side)
        corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], dtype="float32")
        return picture, label[:, :5], [[corners]]

    def _losses_of(self, *picture: mx.nd.NDArray) -> list[mx.nd.NDArray]:
        pixels, label, *anchor_targets, masks = picture
        out = self.forward(pixels, label[:, :, :4], label[:, :, 4:5])
        classes, boxes, found, regions, _, matches, anchor_scores, anchor_offsets, _ = out[:9]
        *region_targets, indices = out[9:]
        # Of all regions, those that were sampled as having an object.
        regions, kinds, matches = (
            mx.nd.take(one[0], indices[0]).expand_dims(0)
            for one in (regions, region_targets[0], matches)
        )
        targets, counted = self.net.mask_target(regions, masks, matches, kinds)
        return [
            *self._proposal_losses(anchor_scores, anchor_offsets, *anchor_targets),
            *self._region_losses(classes, boxes, *region_targets),
            self._mask_loss(found, targets, counted) * targets.size / counted.sum(),
        ]

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """Mean average precision of the boxes as detectors have it, and beside it COCO's of the
        masks."""
        measures = DetectionMeasures(self.classes, ends_after=True)
        self._trace()
        for picture, label, masks, (height, width), scale in self._validation:
            if stop():
                return None
            pixels = picture.expand_dims(0).as_in_context(self._ctx)
            ids, scores, boxes, found = self.net(pixels)
            boxes = clipped(boxes, pixels)[0] / scale
            ids, scores, found = (one.asnumpy()[0] for one in (ids, scores, found))
            ids, scores = ids[:, 0], scores[:, 0]
            kept = surest(np.where(scores >= LEAST_SCORE, ids, -1), scores)
            ids, scores, boxes, found = ids[kept], scores[kept], boxes[kept], found[kept]
            painted = [
                _painted(mask, box, height, width) for mask, box in zip(found, boxes, strict=True)
            ]
            measures.add(label, ids, scores, boxes, masks, painted)
        return measures.metric()


class _Unflipped:
    """What `MaskRCNNDefaultTrainTransform` makes of a picture that it does not flip."""

    def __init__(self, boxes: FasterRCNNDefaultTrainTransform) -> None:
        self._boxes = boxes

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray, polygons: Any) -> tuple[Any, ...]:
        """The picture 3×H×W, its label, the targets of its anchors, its masks objects×H×W."""
        height, width, _ = picture.shape
        made = self._boxes(picture, label)
        size = made[0].shape[2], made[0].shape[1]
        masks = [
            mx.nd.array(outlines.to_mask(outlines.resize(one, (width, height), size), size))
            for one in polygons
        ]
        return (*made, mx.nd.stack(*masks, axis=0))


class _Whole:
    """A picture for validation, with what it is measured by: its label and masks as they were,
    its size then, and how many pixels it has now to one of then."""

    def __init__(self, transform: MaskRCNNDefaultValTransform) -> None:
        self._of = transform

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray, polygons: Any) -> tuple[Any, ...]:
        height, width, _ = picture.shape
        made, how = self._of(picture, label, polygons)
        masks = [_in_runs(of, height, width) for of in polygons]
        return made, label, masks, (height, width), float(how[2].asscalar())


def _in_runs(outline: Any, height: int, width: int) -> Any:
    if isinstance(outline, dict):
        return outline
    return runs.merge(runs.frPyObjects([one.ravel().tolist() for one in outline], height, width))


def _the_only_one(samples: Sequence[Any]) -> Any:
    (sample,) = samples
    return sample


def _painted(mask: np.ndarray, box: np.ndarray, height: int, width: int) -> Any:
    """A mask of a box as runs over the whole picture."""
    whole = outlines.fill(mask[np.newaxis], box[np.newaxis], (width, height))[0]
    return runs.encode(np.asfortranarray(whole))


RECIPE = MaskRCNNRecipe()
