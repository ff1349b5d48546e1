"""GluonCV's training transforms with the chance taken out: resize, then their own targets."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.transforms import bbox as boxes
from gluoncv.data.transforms.presets.center_net import (
    CenterNetDefaultTrainTransform,
    CenterNetDefaultValTransform,
)
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform
from gluoncv.data.transforms.presets.yolo import YOLO3DefaultTrainTransform


class PlainSSDTransform:
    """What `SSDDefaultTrainTransform` does after its random steps."""

    def __init__(self, transform: SSDDefaultTrainTransform) -> None:
        self._of = transform

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray) -> tuple[mx.nd.NDArray, Any, Any]:
        """(picture 3×H×W, class targets A, box targets A×4) of one picture."""
        picture, box, kind = _resized(self._of, picture, label)
        class_targets, box_targets, _ = self._of._target_generator(
            self._of._anchors, None, box, kind
        )
        return picture, class_targets[0], box_targets[0]


class PlainYOLOTransform:
    """What `YOLO3DefaultTrainTransform` does after its random steps."""

    def __init__(self, transform: YOLO3DefaultTrainTransform) -> None:
        self._of = transform

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray) -> tuple[mx.nd.NDArray, ...]:
        """A picture 3×H×W; objectness, centres, scales, weights and classes of its targets, and
        its boxes, objects×4."""
        of = self._of
        picture, box, kind = _resized(of, picture, label)
        targets = of._target_generator(
            of._fake_x, of._feat_maps, of._anchors, of._offsets, box, kind, None
        )
        return (picture, *(target[0] for target in targets), box[0])


class PlainCenterNetTransform:
    """What `CenterNetDefaultTrainTransform` does after its random steps, with the picture as
    `CenterNetDefaultValTransform` warps it."""

    def __init__(
        self, transform: CenterNetDefaultTrainTransform, warp: CenterNetDefaultValTransform
    ) -> None:
        self._of = transform
        self._warp = warp

    def __call__(self, picture: mx.nd.NDArray, label: np.ndarray) -> tuple[mx.nd.NDArray, ...]:
        """A picture 3×H×W, its heatmap, and sizes, their mask, offsets and theirs, 2×h×w."""
        picture, box = self._warp(picture, label.copy())
        box, kind = box[:, :4] / self._of._scale_factor, box[:, 4:5]
        return (picture, *self._of._target_generator(box, kind))


def _resized(
    of: Any, picture: mx.nd.NDArray, label: np.ndarray
) -> tuple[mx.nd.NDArray, mx.nd.NDArray, mx.nd.NDArray]:
    """The picture as the network takes it, its boxes (1×objects×4) and classes (1×objects×1)."""
    height, width, _ = picture.shape
    picture = mx.image.imresize(picture, of._width, of._height, interp=1)
    box = boxes.resize(label, (width, height), (of._width, of._height))
    picture = mx.nd.image.to_tensor(picture)
    picture = mx.nd.image.normalize(picture, mean=of._mean, std=of._std)
    return (
        picture,
        mx.nd.array(box[np.newaxis, :, :4]),
        mx.nd.array(box[np.newaxis, :, 4:5]),
    )
