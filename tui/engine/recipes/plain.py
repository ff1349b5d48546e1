"""GluonCV's training transform with the chance taken out: resize, then targets."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.transforms import bbox as boxes
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform


class PlainDetectionTransform:
    """What `SSDDefaultTrainTransform` does after its random steps, with its own targets."""

    def __init__(self, transform: SSDDefaultTrainTransform) -> None:
        self._of = transform

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray) -> tuple[mx.nd.NDArray, Any, Any]:
        """(picture 3×H×W, class targets A, box targets A×4) of one picture."""
        of = self._of
        height, width, _ = picture.shape
        picture = mx.image.imresize(picture, of._width, of._height, interp=1)
        box = boxes.resize(label, (width, height), (of._width, of._height))
        picture = mx.nd.image.to_tensor(picture)
        picture = mx.nd.image.normalize(picture, mean=of._mean, std=of._std)
        class_targets, box_targets, _ = of._target_generator(
            of._anchors,
            None,
            mx.nd.array(box[np.newaxis, :, :4]),
            mx.nd.array(box[np.newaxis, :, 4:5]),
        )
        return picture, class_targets[0], box_targets[0]
