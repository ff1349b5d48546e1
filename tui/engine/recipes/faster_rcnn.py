"""Faster R-CNN detectors (C4 and FPN), as GluonCV's
scripts/detection/faster_rcnn/train_faster_rcnn.py trains them, one picture at a time."""

from __future__ import annotations

import mxnet as mx
from gluoncv.data.batchify import FasterRCNNTrainBatchify, Stack, Tuple
from gluoncv.data.transforms.presets.rcnn import (
    FasterRCNNDefaultTrainTransform,
    FasterRCNNDefaultValTransform,
)
from gluoncv.model_zoo.rcnn.faster_rcnn.faster_rcnn import FasterRCNN
from mxnet.gluon.data import DataLoader

from tui.engine.datasets.data import Data
from tui.engine.recipes.detection import Detector, padded
from tui.engine.recipes.detection_measures import METRIC
from tui.engine.recipes.region_detector import LOSSES, RegionTask, sides
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="faster_rcnn",
    title="Faster R-CNN object detection",
    losses=LOSSES,
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=20, batch_size=1, learning_rate=0.001, momentum=0.9, weight_decay=0.0005
    ),
    source="GluonCV scripts/detection/faster_rcnn/train_faster_rcnn.py",
)


class FasterRCNNRecipe(Detector):
    """The recipe of a Faster R-CNN that has no other head beside."""

    info: RecipeInfo = INFO
    family = FasterRCNN

    def fits(self, built: Built) -> bool:
        """The family itself: a Mask R-CNN is made from it, and has more losses."""
        return type(built.net) is FasterRCNN

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> FasterRCNNTask:
        """Anchors, targets and loaders for this network and data.

        Raises:
            Refusal: the pictures are too small or too large for the network.
        """
        return FasterRCNNTask(built, data, hyper)


class FasterRCNNTask(RegionTask):
    """A Faster R-CNN in training."""

    info = INFO

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        short, longest = sides(built)
        validation = DataLoader(
            data.validation.transform(FasterRCNNDefaultValTransform(short, longest)),
            1,
            shuffle=False,
            batchify_fn=Tuple(Stack(), padded, Stack()),
        )
        super().__init__(
            built,
            data,
            hyper,
            FasterRCNNDefaultTrainTransform(
                short,
                longest,
                built.net,
                flip_p=0.5 if hyper.augment else 0,
                ashape=built.net.ashape,
                multi_stage=built.net.num_stages > 1,
            ),
            FasterRCNNTrainBatchify(built.net),
            validation,
        )

    def _losses_of(self, *picture: mx.nd.NDArray) -> list[mx.nd.NDArray]:
        pixels, label, *anchor_targets = picture
        out = self.forward(pixels, label[:, :, :4], label[:, :, 4:5])
        classes, boxes, _, _, _, anchor_scores, anchor_offsets, _, *region_targets, _ = out
        return [
            *self._proposal_losses(anchor_scores, anchor_offsets, *anchor_targets),
            *self._region_losses(classes, boxes, *region_targets),
        ]


RECIPE = FasterRCNNRecipe()
