"""Semantic segmentation (FCN, PSPNet, DeepLabV3), as GluonCV's scripts/segmentation/train.py
trains it.

Loss: the cross entropy of every pixel whose class counts, summed and divided by their number, and
the auxiliary output's just as much where the network has one; `Trainer.step` is told the batch size
beside. That is how the script's `MixSoftmaxCrossEntropyLoss` really trains on one device: its
gradient is that of `SoftmaxOutput` (normalization 'valid'), which heeds neither the weight of 0.5
that it gives the auxiliary output nor anything else that its value goes through. With that value it
cannot be scaled, or divided over devices. What is shown is that value, which the script shows too:
the mean over all pixels, with half of the auxiliary output's.

Pictures and masks are scaled, cropped, flipped and blurred together by GluonCV's
`SegmentationDataset`, and always square.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.segbase import SegmentationDataset
from gluoncv.model_zoo.deeplabv3 import DeepLabV3
from gluoncv.model_zoo.fcn import FCN
from gluoncv.model_zoo.pspnet import PSPNet
from gluoncv.utils.metrics.segmentation import SegmentationMetric
from mxnet import autograd
from mxnet.gluon import Block
from mxnet.gluon.data import DataLoader, Dataset
from mxnet.gluon.data.vision import transforms
from PIL import Image

from tui.engine.datasets.data import Data, Task
from tui.engine.recipes.loader_task import LoaderTask
from tui.engine.recipes.recipe import Losses, Metric, divisor
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
"""What the auxiliary output counts for in the loss that is shown."""
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

    def check_data(self, built: Built, data: Data) -> None:
        """One output for each class, the background among them.

        Raises:
            Refusal: there are others.
        """
        self._compare(built, len(data.classes), "the data has")

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
        self.check_data(built, data)
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
        make_outputs(built.net, side)
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

    def losses(self, batch: Any) -> Losses:
        """The cross entropy of a batch."""
        pictures, masks = (array.as_in_context(self._ctx) for array in batch)
        counts = (masks >= 0).astype("float32")
        # As many pictures as the pixels that count would fill: unlike the number of those, it
        # leaves losses a size that half precision can hold.
        counted = counts.mean(axis=0, exclude=True).sum()
        outputs = [one.astype("float32", copy=False) for one in self.forward(pictures)]
        with autograd.pause():
            main, *auxiliary = (_cross_entropy(scores, masks, counts) for scores in outputs)
            shown = mx.nd.add_n(main, *(AUXILIARY_WEIGHT * one for one in auxiliary))
            slopes = [_slopes(scores, masks, counts) for scores in outputs]
        # What has these slopes, times what it is multiplied by later. Those that autograd finds for
        # a cross entropy differ from GluonCV's in their last digits, of which norms make much.
        heads = [
            (scores * slope).mean(axis=(2, 3)).sum()
            for scores, slope in zip(outputs, slopes, strict=True)
        ]
        return Losses(
            backward=[mx.nd.add_n(*heads) / divisor(counted)],
            total=shown,
            parts={INFO.losses[0]: shown},
            pictures=pictures.shape[0],
            divided_by=lambda: counted,
        )

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


def _cross_entropy(
    scores: mx.nd.NDArray, masks: mx.nd.NDArray, counts: mx.nd.NDArray
) -> mx.nd.NDArray:
    """The cross entropy of scores B×classes×S×S: its mean over each picture's pixels, B. It is
    nought where none counts (`counts` is 1 or 0)."""
    found = -mx.nd.pick(mx.nd.log_softmax(scores, axis=1), masks, axis=1)
    return (found * counts).mean(axis=0, exclude=True)


def _slopes(scores: mx.nd.NDArray, masks: mx.nd.NDArray, counts: mx.nd.NDArray) -> mx.nd.NDArray:
    """By how much each pixel's cross entropy changes with its scores: their softmax, less one for
    its class."""
    right = mx.nd.one_hot(masks, scores.shape[1]).transpose((0, 3, 1, 2))
    return (mx.nd.softmax(scores, axis=1) - right) * counts.expand_dims(axis=1)


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


def make_outputs(net: Block, side: int) -> None:
    """Make the network's outputs of the pictures' size: it scales its feature maps up to that of
    the pictures that it was made for."""

    def resize(block: Block) -> None:
        if hasattr(block, "_up_kwargs"):
            of = side if block is net else side // STRIDE
            block._up_kwargs = {"height": of, "width": of}

    net.apply(resize)


RECIPE = SegmentationRecipe()
