"""What detectors share that first propose regions: pictures one by one, and four losses each.

Loss: of the region proposals, binary cross entropy and smooth L1 (rho 1/9); of the boxes, cross
entropy and smooth L1; each is summed and divided by the number of samples. GluonCV's scripts give
each device one picture and add their gradients up: here the pictures of a batch go through one
after the other, and `Trainer.step` is told how many they are. Their own freeze is left out: the
plan says what trains.

Pictures keep their proportions. Their shorter side is that of --input-size, and their longer one
no longer than the network allows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mxnet as mx
import numpy as np
from mxnet.gluon.data import DataLoader
from mxnet.gluon.loss import HuberLoss, SigmoidBinaryCrossEntropyLoss, SoftmaxCrossEntropyLoss

from tui.engine.datasets.data import Data
from tui.engine.recipes.anchor_room import Size, refuse_beyond
from tui.engine.recipes.detection import DetectionTask
from tui.engine.recipes.pyramid_on_cpu import take_all_regions
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

LOSSES = ("proposal", "proposal box", "class", "box")
"""Those of every such detector, in their order."""

Picture = Sequence[mx.nd.NDArray]
"""One picture 1×3×H×W; its label, 1×objects×(5 or 6); classes, offsets and mask of its anchors'
targets, 1×A, 1×A×4, 1×A×4; then what else a family has."""


class RegionTask(DetectionTask):
    """Such a detector in training. A batch is a list of pictures."""

    info: RecipeInfo
    draws_targets = True
    # Pictures are of different sizes.
    hybridized: dict[str, bool] = {"static_alloc": True}  # noqa: RUF012

    def __init__(
        self,
        built: Built,
        data: Data,
        hyper: Hyperparameters,
        transform: Callable[..., Any],
        batchify: Callable[..., Any],
        validation: DataLoader,
    ) -> None:
        assert built.input_size is not None
        self.classes = data.classes
        if built.ctx.device_type == "cpu":
            take_all_regions(built.net)
        net = built.net
        self._needed = max(net.sampler._num_proposal, net._rpn_test_post_nms)
        short, longest = sides(built)
        for picture in ((short, longest), (longest, short)):
            refuse_beyond(built.input_size, picture, *_feature_maps(net, picture))
        found = transform(*self._blank(short))
        self._check_anchors(short, short, sum(targets.size for targets in found[2]))
        self.pictures, self.transform = data.train, transform
        super().__init__(
            built, data.train.transform(transform), hyper.batch_size, _OneByOne(batchify)
        )
        self._validation = validation
        self._proposal_loss = SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)
        self._proposal_box_loss = HuberLoss(rho=1 / 9)
        self._class_loss = SoftmaxCrossEntropyLoss()
        self._box_loss = HuberLoss(rho=1)

    def _blank(self, side: int) -> tuple[Any, ...]:
        """An item of the data: a black square with one object, as large as it."""
        empty = mx.nd.zeros((side, side, 3), dtype="uint8")
        return empty, np.array([[0, 0, side, side, 0, 0]], dtype="float32")

    def losses(self, batch: Sequence[Picture]) -> Losses:
        """The losses of each picture, and their sum."""
        found = []
        for picture in batch:
            arrays = [array.as_in_context(self._ctx) for array in picture]
            self._check_anchors(*arrays[0].shape[2:], arrays[2].size)
            found.append(self._losses_of(*arrays))
        totals = [mx.nd.add_n(*parts) for parts in found]
        return Losses(
            backward=totals,
            total=mx.nd.concat(*totals, dim=0),
            parts={
                name: mx.nd.concat(*parts, dim=0)
                for name, parts in zip(self.info.losses, zip(*found, strict=True), strict=True)
            },
            pictures=len(batch),
        )

    def _losses_of(self, *picture: mx.nd.NDArray) -> list[mx.nd.NDArray]:
        """Of one picture, in the order of `RecipeInfo.losses`, each an array of one value."""
        raise NotImplementedError

    def _proposal_losses(
        self,
        scores: mx.nd.NDArray,
        offsets: mx.nd.NDArray,
        classes: mx.nd.NDArray,
        boxes: mx.nd.NDArray,
        masks: mx.nd.NDArray,
    ) -> list[mx.nd.NDArray]:
        """What was found of the anchors, and the targets of them."""
        sampled = classes >= 0
        anchors = sampled.sum()
        return [
            self._proposal_loss(scores.squeeze(axis=-1), classes, sampled) * classes.size / anchors,
            self._proposal_box_loss(offsets, boxes, masks) * offsets.size / anchors,
        ]

    def _region_losses(
        self,
        classes: mx.nd.NDArray,
        boxes: mx.nd.NDArray,
        class_targets: mx.nd.NDArray,
        box_targets: mx.nd.NDArray,
        box_masks: mx.nd.NDArray,
    ) -> list[mx.nd.NDArray]:
        """What was found in the proposed regions, and the targets of them."""
        proposals = (class_targets >= 0).sum()
        return [
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
    """Each picture by itself, as the scripts put together what one device is given."""

    def __init__(self, batchify: Callable[..., Any]) -> None:
        self._batchify = batchify

    def __call__(self, samples: list[Any]) -> list[Picture]:
        return [self._one(sample) for sample in samples]

    def _one(self, sample: Any) -> Picture:
        picture, label, *more, classes, boxes, masks = self._batchify([sample])
        return picture, label, classes[0], boxes[0], masks[0], *more


def sides(built: Built) -> tuple[int, int]:
    """The shorter side of the pictures, and the most for the longer one."""
    assert built.input_size is not None
    usual = built.net.short
    usual = max(usual) if isinstance(usual, (tuple, list)) else usual
    short = min(built.input_size)
    return short, max(*built.input_size, round(built.net.max_size * short / usual))


def _feature_maps(net: Any, picture: Size) -> tuple[list[Size], list[Size]]:
    """The sizes of the feature maps of a picture, and those that anchors are laid out for."""
    made = net.features(mx.sym.var("data"))
    maps, generators = [made], [net.rpn.anchor_generator]
    if net.num_stages > 1:
        maps, generators = list(made), list(net.rpn.anchor_generator)
    sizes = [one.infer_shape(data=(1, 3, *picture))[1][0][2:] for one in maps]
    return sizes, [one.anchors.shape[2:4] for one in generators]
