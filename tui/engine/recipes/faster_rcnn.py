"""Faster R-CNN detectors (C4 and FPN), as GluonCV's
scripts/detection/faster_rcnn/train_faster_rcnn.py trains them, one picture at a time.

Loss: of the region proposals, binary cross entropy and smooth L1 (rho 1/9); of the boxes, cross
entropy and smooth L1; each is summed and divided by the number of samples. The script gives each
device one picture and adds their gradients up: here the pictures of a batch go through one after
the other, and `Trainer.step` is told how many they are. Its own freeze is left out: the plan
says what trains.

Pictures keep their proportions. Their shorter side is that of --input-size, and their longer one
no longer than the network allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.batchify import FasterRCNNTrainBatchify, Pad, Stack, Tuple
from gluoncv.data.transforms.presets.rcnn import (
    FasterRCNNDefaultTrainTransform,
    FasterRCNNDefaultValTransform,
)
from gluoncv.model_zoo.rcnn.faster_rcnn.faster_rcnn import FasterRCNN
from mxnet.gluon.data import DataLoader
from mxnet.gluon.loss import HuberLoss, SigmoidBinaryCrossEntropyLoss, SoftmaxCrossEntropyLoss

from tui.engine.datasets.data import Data
from tui.engine.recipes.detection import METRIC, DetectionTask, Detector
from tui.engine.recipes.pyramid_on_cpu import take_all_regions
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="faster_rcnn",
    title="Faster R-CNN object detection",
    losses=("proposal", "proposal box", "class", "box"),
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=20, batch_size=1, learning_rate=0.001, momentum=0.9, weight_decay=0.0005
    ),
    source="GluonCV scripts/detection/faster_rcnn/train_faster_rcnn.py",
)

Picture = Sequence[mx.nd.NDArray]
"""One picture 1×3×H×W; its label, 1×objects×6; classes, offsets and mask of its anchors' targets,
1×A, 1×A×4, 1×A×4."""


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
            Refusal: the pictures are too small for the network.
        """
        return FasterRCNNTask(built, data, hyper)


class FasterRCNNTask(DetectionTask):
    """A Faster R-CNN in training. A batch is a list of pictures."""

    draws_targets = True
    # Pictures are of different sizes.
    hybridized: dict[str, bool] = {"static_alloc": True}  # noqa: RUF012

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        self.classes = data.classes
        if built.ctx.device_type == "cpu":
            take_all_regions(built.net)
        short, longest = _sides(built)
        transform = FasterRCNNDefaultTrainTransform(
            short,
            longest,
            built.net,
            flip_p=0.5 if hyper.augment else 0,
            ashape=built.net.ashape,
            multi_stage=built.net.num_stages > 1,
        )
        self._needed = max(built.net.sampler._num_proposal, built.net._rpn_test_post_nms)
        empty = mx.nd.zeros((short, short, 3), dtype="uint8")
        found = transform(empty, np.array([[0, 0, short, short, 0, 0]], dtype="float32"))
        self._check_anchors(short, short, sum(targets.size for targets in found[2]))
        self.pictures, self.transform = data.train, transform
        super().__init__(
            built,
            data.train.transform(transform),
            hyper.batch_size,
            _OneByOne(FasterRCNNTrainBatchify(built.net)),
        )
        self._validation = DataLoader(
            data.validation.transform(FasterRCNNDefaultValTransform(short, longest)),
            1,
            shuffle=False,
            batchify_fn=Tuple(Stack(), Pad(pad_val=-1), Stack()),
        )
        self._proposal_loss = SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)
        self._proposal_box_loss = HuberLoss(rho=1 / 9)
        self._class_loss = SoftmaxCrossEntropyLoss()
        self._box_loss = HuberLoss(rho=1)

    def losses(self, batch: Sequence[Picture]) -> Losses:
        """The four losses of each picture, and their sum."""
        found = [
            self._losses_of(*(array.as_in_context(self._ctx) for array in picture))
            for picture in batch
        ]
        totals = [mx.nd.add_n(*parts) for parts in found]
        return Losses(
            backward=totals,
            total=mx.nd.concat(*totals, dim=0),
            parts={
                name: mx.nd.concat(*parts, dim=0)
                for name, parts in zip(INFO.losses, zip(*found, strict=True), strict=True)
            },
            pictures=len(batch),
            scale=len(batch),
        )

    def _losses_of(
        self,
        picture: mx.nd.NDArray,
        label: mx.nd.NDArray,
        anchor_classes: mx.nd.NDArray,
        anchor_boxes: mx.nd.NDArray,
        anchor_masks: mx.nd.NDArray,
    ) -> list[mx.nd.NDArray]:
        """In the order of `RecipeInfo.losses`."""
        self._check_anchors(*picture.shape[2:], anchor_classes.size)
        (
            classes,
            boxes,
            _,
            _,
            _,
            anchor_scores,
            anchor_offsets,
            _,
            class_targets,
            box_targets,
            box_masks,
            _,
        ) = self.forward(picture, label[:, :, :4], label[:, :, 4:5])
        sampled = anchor_classes >= 0
        anchors = sampled.sum()
        proposals = (class_targets >= 0).sum()
        return [
            self._proposal_loss(anchor_scores.squeeze(axis=-1), anchor_classes, sampled)
            * anchor_classes.size
            / anchors,
            self._proposal_box_loss(anchor_offsets, anchor_boxes, anchor_masks)
            * anchor_offsets.size
            / anchors,
            self._class_loss(classes, class_targets, class_targets.expand_dims(-1) >= 0)
            * class_targets.size
            / proposals,
            self._box_loss(boxes, box_targets, box_masks) * boxes.size / proposals,
        ]

    def _check_anchors(self, height: int, width: int, anchors: int) -> None:
        if anchors < self._needed:
            raise Refusal(
                f"a picture of {height}×{width} leaves this detector {anchors} anchors, and it "
                f"needs {self._needed}; give a larger --input-size"
            )


class _OneByOne:
    """Each picture by itself, as the script puts together what one device is given."""

    def __init__(self, batchify: FasterRCNNTrainBatchify) -> None:
        self._batchify = batchify

    def __call__(self, samples: list[Any]) -> list[Picture]:
        return [self._one(sample) for sample in samples]

    def _one(self, sample: Any) -> Picture:
        picture, label, classes, boxes, masks = self._batchify([sample])
        return picture, label, classes[0], boxes[0], masks[0]


def _sides(built: Built) -> tuple[int, int]:
    """The shorter side of the pictures, and the most for the longer one."""
    assert built.input_size is not None
    usual = built.net.short
    usual = max(usual) if isinstance(usual, (tuple, list)) else usual
    short = min(built.input_size)
    return short, max(*built.input_size, round(built.net.max_size * short / usual))


RECIPE = FasterRCNNRecipe()
