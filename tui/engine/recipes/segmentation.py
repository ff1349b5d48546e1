"""Semantic segmentation (FCN, PSPNet, DeepLabV3), as GluonCV's scripts/segmentation/train.py
trains it.

Loss: `MixSoftmaxCrossEntropyLoss` of every pixel whose class counts, with half of the auxiliary
output's where the network has one; one value a picture, so that `Trainer.step` is told the batch
size. Pictures and masks are scaled, cropped, flipped and blurred together by GluonCV's
`SegmentationDataset`, and always square.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.segbase import SegmentationDataset
from gluoncv.loss import MixSoftmaxCrossEntropyLoss
from gluoncv.model_zoo.deeplabv3 import DeepLabV3
from gluoncv.model_zoo.fcn import FCN
from gluoncv.model_zoo.pspnet import PSPNet
from gluoncv.utils.metrics.segmentation import SegmentationMetric
from mxnet.gluon import Block
from mxnet.gluon.data import DataLoader, Dataset
from mxnet.gluon.data.vision import transforms
from PIL import Image

from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Losses, Metric
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

PIXEL_ACCURACY = "pixel accuracy"

INFO = RecipeInfo(
    name="segmentation",
    title="semantic segmentation",
    losses=("cross entropy",),
    metric="mIoU",
    defaults=Hyperparameters(
        epochs=50,
        batch_size=16,
        learning_rate=0.001,
        momentum=0.9,
        weight_decay=0.0001,
        schedule="poly",
    ),
    source="GluonCV scripts/segmentation/train.py",
)

FAMILIES: tuple[type[Block], ...] = (FCN, PSPNet, DeepLabV3)
STRIDE = 8
"""Pixels of the picture to one of the last feature map."""
AUXILIARY_WEIGHT = 0.5
BASE_TO_CROP = 520 / 480
"""The script's: pictures are scaled to a half to twice of the base, and then cropped."""
NO_CLASS = 255
"""What a mask has, as a picture, where no class counts."""


class SegmentationRecipe:
    """The recipe of FCN, PSPNet and DeepLabV3."""

    info: RecipeInfo = INFO
    task: Task = "segmentation"

    def fits(self, built: Built) -> bool:
        """One of the three: others have losses of their own."""
        return type(built.net) in FAMILIES

    def check_classes(self, built: Built) -> None:
        """One output for each class, the background among them.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(built.classes), "--classes names")

    def _compare(self, built: Built, wanted: int, who: str) -> None:
        if built.net.nclass != wanted:
            raise Refusal(
                f"the network tells {built.net.nclass} classes apart, {who} {wanted}; as many "
                "are needed, in their order, background first"
            )

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> SegmentationTask:
        """Transforms and loaders for this network and data.

        Raises:
            Refusal: the network has other classes than the data, or takes no such pictures.
        """
        assert built.input_size is not None
        self._compare(built, len(data.classes), "the data has")
        height, width = built.input_size
        if height != width or height % STRIDE:
            raise Refusal(
                f"pictures of {height}×{width} do not go into this recipe: they must be square, "
                f"with a side that is a multiple of {STRIDE}; give another --input-size"
            )
        return SegmentationTask(built, data, hyper)


class SegmentationTask(LoaderTask):
    """A segmentation network in training. A batch is (pictures, masks): B×3×S×S, B×S×S."""

    net: Any

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        side = built.input_size[0]
        self._classes = data.classes
        _make_outputs(built.net, side)
        finish = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(built.mean, built.std)]
        )
        super().__init__(
            built,
            _Together(data.train, side, finish, augment=hyper.augment),
            hyper.batch_size,
        )
        self._validation = DataLoader(
            _Together(data.validation, side, finish, augment=False),
            hyper.batch_size,
            last_batch="keep",
        )
        self._loss = MixSoftmaxCrossEntropyLoss(built.net.aux, aux_weight=AUXILIARY_WEIGHT)

    def losses(self, batch: Any) -> Losses:
        """The cross entropy of a batch."""
        pictures, masks = (array.as_in_context(self._ctx) for array in batch)
        loss = self._loss(*self.forward(pictures), masks)
        size = pictures.shape[0]
        return Losses([loss], loss, {INFO.losses[0]: loss}, pictures=size, scale=size)

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """Mean of the classes' intersection over union, as GluonCV has it: a class that is
        neither there nor found counts as nought. Beside it, the share of pixels that are right."""
        metric = SegmentationMetric(len(self._classes))
        self._trace()
        for pictures, masks in self._validation:
            if stop():
                return None
            metric.update(masks, self.net(pictures.as_in_context(self._ctx))[0])
        accuracy, value = metric.get()
        shared, covered = np.array(metric.total_inter), np.array(metric.total_union)
        per_class = {
            name: float(inter / union) if union else None
            for name, inter, union in zip(self._classes, shared, covered, strict=True)
        }
        return Metric(float(value), per_class, {PIXEL_ACCURACY: float(accuracy)})


class _Together(SegmentationDataset):
    """Pictures with their masks, each pair through GluonCV's own transform."""

    def __init__(
        self, pairs: Dataset, side: int, finish: Callable[..., Any], *, augment: bool
    ) -> None:
        # VisionDataset's own initialiser is not called: it wants a folder.
        self._pairs = pairs
        self._finish = finish
        self._transform = self._sync_transform if augment else self._val_sync_transform
        self.crop_size, self.base_size = side, round(side * BASE_TO_CROP)

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        picture, mask = self._pairs[index]
        mask = np.asarray(mask.asnumpy())
        as_picture = np.where(mask < 0, NO_CLASS, mask).astype(np.uint8)
        picture, mask = self._transform(
            Image.fromarray(picture.asnumpy()), Image.fromarray(as_picture)
        )
        return self._finish(picture), mx.nd.where(mask == NO_CLASS, -mx.nd.ones_like(mask), mask)


def _make_outputs(net: Block, side: int) -> None:
    """Make the network's outputs of the pictures' size: it scales its feature maps up to that of
    the pictures that it was made for."""

    def resize(block: Block) -> None:
        if hasattr(block, "_up_kwargs"):
            of = side if block is net else side // STRIDE
            block._up_kwargs = {"height": of, "width": of}

    net.apply(resize)


RECIPE = SegmentationRecipe()
