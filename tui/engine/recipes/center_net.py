"""CenterNet detectors, as GluonCV's scripts/detection/center_net/train_center_net.py trains them.

Loss: focal loss of the heatmap, plus a tenth of the L1 loss of width and height, plus the L1 loss
of the centre's offset; each is already divided by the number of objects, hence `Trainer.step(1)`.
(Two objects of different classes whose centres fall into one cell of the heatmap are one to the
latter two. Where such a batch is divided, those count by the heatmap's number all the same.)
Targets are made by `CenterNetDefaultTrainTransform`, which warps pictures with OpenCV. Its script
spares biases and heads the weight decay: here that is for the plan to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.batchify import Stack, Tuple
from gluoncv.data.transforms.presets.center_net import (
    CenterNetDefaultTrainTransform,
    CenterNetDefaultValTransform,
)
from gluoncv.loss import HeatmapFocalLoss, MaskedL1Loss
from gluoncv.model_zoo.center_net.center_net import CenterNet

from tui.engine.datasets.data import Data
from tui.engine.recipes.detection import DetectionTask, Detector, validation_loader
from tui.engine.recipes.detection_measures import METRIC
from tui.engine.recipes.opencv import need_opencv
from tui.engine.recipes.plain import PlainCenterNetTransform
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters

INFO = RecipeInfo(
    name="center_net",
    title="CenterNet object detection",
    losses=("heatmap", "size", "offset"),
    metric=METRIC,
    defaults=Hyperparameters(
        epochs=20,
        batch_size=8,
        learning_rate=0.000125,
        weight_decay=0.0001,
        optimizer="adam",
    ),
    source="GluonCV scripts/detection/center_net/train_center_net.py",
)

STRIDE = 32
"""Pixels of the picture to one of the coarsest feature map."""
SIZE_WEIGHT, OFFSET_WEIGHT = 0.1, 1.0
"""The share of each in the loss."""


class CenterNetRecipe(Detector):
    """The recipe of every `gluoncv.model_zoo.center_net.CenterNet`."""

    info: RecipeInfo = INFO
    family = CenterNet

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> CenterNetTask:
        """Targets and loaders for this network and data.

        Raises:
            Refusal: OpenCV is not there, or the pictures' sides are no multiples of 32.
        """
        assert built.input_size is not None
        need_opencv("CenterNet", "centernet")
        if any(side % STRIDE for side in built.input_size):
            height, width = built.input_size
            raise Refusal(
                f"pictures of {height}×{width} do not go into a CenterNet: both sides must be "
                f"multiples of {STRIDE}; give another --input-size"
            )
        return CenterNetTask(built, data, hyper)


class CenterNetTask(DetectionTask):
    """A CenterNet in training. A batch is pictures B×3×H×W; heatmaps B×classes×h×w; sizes and
    their mask, offsets and their mask, B×2×h×w."""

    def __init__(self, built: Built, data: Data, hyper: Hyperparameters) -> None:
        assert built.input_size is not None
        self.classes = data.classes
        height, width = built.input_size
        validation = CenterNetDefaultValTransform(width, height)
        transform = CenterNetDefaultTrainTransform(
            width, height, len(data.classes), scale_factor=int(built.net.scale)
        )
        # It has a generator of its own, which a run that goes on would find at its beginning.
        transform._data_rng = _GlobalGenerator()
        super().__init__(
            built,
            data.train.transform(
                transform if hyper.augment else PlainCenterNetTransform(transform, validation)
            ),
            hyper.batch_size,
            Tuple(*(Stack() for _ in range(6))),
        )
        self._validation = validation_loader(
            data.validation.transform(_of_a_copy(validation)), hyper.batch_size
        )
        self._heatmap_loss = HeatmapFocalLoss(from_logits=True)
        self._size_loss = MaskedL1Loss(weight=SIZE_WEIGHT)
        self._offset_loss = MaskedL1Loss(weight=OFFSET_WEIGHT)

    def losses(self, batch: Any) -> Losses:
        """The three losses of a batch, each by the number of its objects, and their sum."""
        pictures, heatmap, size, size_mask, offset, offset_mask = (
            array.as_in_context(self._ctx) for array in batch
        )
        found_heatmap, found_size, found_offset = self.forward(pictures)
        parts = {
            "heatmap": self._heatmap_loss(found_heatmap, heatmap),
            "size": self._size_loss(found_size, size, size_mask),
            "offset": self._offset_loss(found_offset, offset, offset_mask),
        }
        total = mx.nd.add_n(*parts.values())
        return Losses(
            backward=[total],
            total=total,
            parts=parts,
            pictures=pictures.shape[0],
            by_pictures=False,
            divided_by=lambda: (heatmap == 1).sum(),
        )


class _GlobalGenerator:
    """NumPy's global generator, which unlike its module can be handed to another process."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np.random, name)


def _of_a_copy(transform: Callable[..., Any]) -> Callable[..., Any]:
    """GluonCV's writes into the label that it is given, which a data set may keep."""
    return lambda picture, label: transform(picture, label.copy())


RECIPE = CenterNetRecipe()
