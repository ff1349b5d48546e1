"""Boxes with masks, from a Mask R-CNN."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from gluoncv.model_zoo.rcnn.mask_rcnn.mask_rcnn import MaskRCNN
from PIL import Image

from tui.engine.predictors.detections import Boxes, FasterRCNNPredictor
from tui.engine.predictors.predicted import Mask

SURE = 0.5
"""A pixel is the object's from here on, as GluonCV has it."""


class MaskRCNNPredictor(FasterRCNNPredictor):
    """Of a Mask R-CNN: its pictures are those of a Faster R-CNN."""

    family = MaskRCNN

    def _mask(self, outputs: Any, place: int, box: Boxes, size: tuple[int, int]) -> Mask | None:
        return _in_place(outputs[3][0, place].asnumpy(), box, size)


def _in_place(mask: npt.NDArray[np.float32], box: Boxes, size: tuple[int, int]) -> Mask:
    """A mask of a box, a small square of likelihoods, at its place in a picture of `size`."""
    width, height = size
    whole = np.zeros((height, width), dtype=bool)
    left, top = (int(edge) for edge in box[:2])
    right, bottom = (int(np.ceil(edge)) for edge in box[2:])
    if right > left and bottom > top:
        part = Image.fromarray(mask.astype(np.float32)).resize(
            (right - left, bottom - top), Image.BILINEAR
        )
        whole[top:bottom, left:right] = np.asarray(part)[: height - top, : width - left] >= SURE
    return whole
