"""Boxes, from the detectors of GluonCV's that have one input and no other head beside.

Each picture goes through the transform that its family's recipe validates with; boxes come back
in pixels of the picture as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
import numpy.typing as npt
from gluoncv.data.transforms.presets.center_net import (
    CenterNetDefaultValTransform,
    get_post_transform,
)
from gluoncv.data.transforms.presets.rcnn import FasterRCNNDefaultValTransform
from gluoncv.data.transforms.presets.ssd import SSDDefaultValTransform
from gluoncv.data.transforms.presets.yolo import YOLO3DefaultValTransform
from gluoncv.model_zoo.center_net.center_net import CenterNet
from gluoncv.model_zoo.rcnn.faster_rcnn.faster_rcnn import FasterRCNN
from gluoncv.model_zoo.ssd.ssd import SSD
from gluoncv.model_zoo.yolo.yolo3 import YOLOV3
from mxnet.gluon import Block

from tui.engine.predictors.predicted import Mask, Predicted, PredictedObject
from tui.engine.recipes.detection import NMS
from tui.engine.recipes.faster_rcnn import FasterRCNNTask
from tui.engine.recipes.opencv import need_opencv
from tui.engine.recipes.pyramid_on_cpu import take_all_regions
from tui.engine.recipes.region_detector import sides
from tui.engine.recipes.ssd import SSDTask
from tui.engine.recipes.yolo3 import YOLO3Task
from tui.engine.sources.built import IMAGENET_MEAN, IMAGENET_STD, Built

Boxes = npt.NDArray[np.float32]


class BoxPredictor:
    """What all of them share."""

    family: type[Block]
    resized = "to the input size"
    """How a picture is brought to the size of the input, in words."""
    hybridized: dict[str, bool] = {}  # noqa: RUF012
    """As the family's recipe has it."""
    nms: dict[str, float] = {}  # noqa: RUF012

    def __init__(self, built: Built) -> None:
        assert built.input_size is not None
        self.classes = built.classes
        self._built, self._net = built, built.net
        self._height, self._width = built.input_size
        self._transform: Callable[..., Any] = self._make_transform()

    @classmethod
    def fits(cls, built: Built) -> bool:
        """A network of the family."""
        return isinstance(built.net, cls.family)

    def begin(self) -> None:
        """The non-maximum suppression of the family's validation."""
        if self.nms:
            self._net.set_nms(**self.nms)
        self._net.hybridize(**self.hybridized)

    def predict(self, pixels: mx.nd.NDArray, threshold: float = 0.0) -> Predicted:
        """Boxes with classes and scores, the surest first."""
        tensor = self._transform(pixels, np.zeros((0, 6), dtype=np.float32))[0]
        outputs = self._net(tensor.expand_dims(0).as_in_context(self._built.ctx))
        ids, scores, boxes = (array[0].asnumpy() for array in outputs[:3])
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, tensor.shape[2])
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, tensor.shape[1])
        size = (pixels.shape[1], pixels.shape[0])
        boxes = self._in_picture(boxes, size, (tensor.shape[2], tensor.shape[1]))
        ids, scores = ids.ravel(), scores.ravel()
        # Before masks are made: each is as large as the picture.
        found = np.flatnonzero((ids >= 0) & (scores >= threshold))
        return Predicted(
            tuple(
                PredictedObject(
                    self.classes[int(ids[place])],
                    float(scores[place]),
                    tuple(map(float, boxes[place])),  # type: ignore[arg-type]
                    self._mask(outputs, place, boxes[place], size),
                )
                for place in found[np.argsort(-scores[found], kind="stable")]
            )
        )

    def _mask(self, outputs: Any, place: int, box: Boxes, size: tuple[int, int]) -> Mask | None:
        """The mask of one object, in a picture of `size`, where the family has masks."""
        return None

    def input_facts(self) -> dict[str, Any]:
        """As in `Predictor`."""
        return {
            "height": self._height,
            "width": self._width,
            "mean": IMAGENET_MEAN,
            "std": IMAGENET_STD,
            "resized": self.resized,
        }

    def _make_transform(self) -> Callable[..., Any]:
        raise NotImplementedError

    def _in_picture(self, boxes: Boxes, size: tuple[int, int], of: tuple[int, int]) -> Boxes:
        """Boxes in pixels of an input of the size `of` as boxes in a picture of `size`; each is
        width and height."""
        scale = np.array([size[0] / of[0], size[1] / of[1]] * 2, dtype=np.float32)
        return boxes * scale


class SSDPredictor(BoxPredictor):
    """Of an SSD."""

    family, nms, hybridized = SSD, NMS, SSDTask.hybridized

    def _make_transform(self) -> Callable[..., Any]:
        return SSDDefaultValTransform(self._width, self._height)  # type: ignore[no-any-return]


class YOLO3Predictor(BoxPredictor):
    """Of a YOLOv3."""

    family, nms, hybridized = YOLOV3, NMS, YOLO3Task.hybridized

    def _make_transform(self) -> Callable[..., Any]:
        return YOLO3DefaultValTransform(self._width, self._height)  # type: ignore[no-any-return]


class CenterNetPredictor(BoxPredictor):
    """Of a CenterNet, whose pictures keep their proportions on a black ground."""

    family = CenterNet
    resized = "in proportion, in the middle of black"
    hybridized: dict[str, bool] = {"static_alloc": True, "static_shape": True}  # noqa: RUF012

    def _make_transform(self) -> Callable[..., Any]:
        need_opencv("CenterNet", "centernet")
        return CenterNetDefaultValTransform(  # type: ignore[no-any-return]
            self._width, self._height
        )

    def _in_picture(self, boxes: Boxes, size: tuple[int, int], of: tuple[int, int]) -> Boxes:
        # Two corners each, as columns for the affine transform.
        transform = np.asarray(get_post_transform(*size, *of), dtype=np.float32)
        corners = boxes.reshape(-1, 2)
        placed = corners @ transform[:, :2].T + transform[:, 2]
        return placed.reshape(-1, 4).clip(0, [*size, *size]).astype(np.float32)


class FasterRCNNPredictor(BoxPredictor):
    """Of a Faster R-CNN, whose pictures keep their proportions."""

    family = FasterRCNN
    resized = "in proportion, by the shorter side"
    hybridized = FasterRCNNTask.hybridized

    def begin(self) -> None:
        """Right on a CPU too."""
        if self._built.ctx.device_type == "cpu":
            take_all_regions(self._net)
        super().begin()

    def _make_transform(self) -> Callable[..., Any]:
        return FasterRCNNDefaultValTransform(*sides(self._built))  # type: ignore[no-any-return]
