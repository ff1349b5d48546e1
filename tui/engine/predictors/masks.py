"""The class of every pixel.

The recipe validates on the middle of a picture, a square as wide as its shorter side. Here
squares of that size are laid side by side until they cover the picture; where they overlap, what
they say is added up. Of a square picture that is the very same.
"""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from mxnet.gluon.data.vision import transforms
from PIL import Image

from tui.engine.predictors.predicted import Predicted
from tui.engine.recipes.segmentation import RECIPE, make_outputs
from tui.engine.sources.built import Built


class SegmentationPredictor:
    """Of an FCN, a PSPNet or a DeepLabV3."""

    def __init__(self, built: Built) -> None:
        assert built.input_size is not None
        self.classes = built.classes
        self._built, self._side = built, built.input_size[0]
        self._finish = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(built.mean, built.std)]
        )

    @staticmethod
    def fits(built: Built) -> bool:
        """As its recipe has it."""
        return RECIPE.fits(built)

    def begin(self) -> None:
        """Its output is to be of the pictures' size."""
        make_outputs(self._built.net, self._side)

    def predict(self, pixels: mx.nd.NDArray, threshold: float = 0.0) -> Predicted:
        """A mask of the picture's size."""
        height, width = pixels.shape[:2]
        side = self._side
        # As GluonCV's own transform has it: the longer side is cut to whole pixels.
        wide = (side, int(height * side / width))
        if width > height:
            wide = (int(width * side / height), side)
        resized = np.asarray(Image.fromarray(pixels.asnumpy()).resize(wide, Image.BILINEAR))
        total = np.zeros((len(self.classes), wide[1], wide[0]), dtype=np.float32)
        for left in _starts(wide[0], side):
            for top in _starts(wide[1], side):
                square = mx.nd.array(resized[top : top + side, left : left + side], dtype="uint8")
                tensor = self._finish(square).expand_dims(0).as_in_context(self._built.ctx)
                scores = mx.nd.softmax(self._built.net(tensor)[0], axis=1)[0].asnumpy()
                total[:, top : top + side, left : left + side] += scores
        mask = Image.fromarray(total.argmax(axis=0).astype(np.uint8))
        return Predicted(mask=np.asarray(mask.resize((width, height), Image.NEAREST)))

    def input_facts(self) -> dict[str, Any]:
        """As in `Predictor`."""
        return {
            "height": self._side,
            "width": self._side,
            "mean": self._built.mean,
            "std": self._built.std,
            "resized": "by the shorter side, then squares of it",
        }


def _starts(length: int, side: int) -> list[int]:
    """Where squares begin that cover a length, spread evenly."""
    count = -(-length // side)
    return [round(place) for place in np.linspace(0, length - side, count)]
