"""The class of a whole picture."""

from __future__ import annotations

from typing import Any

import mxnet as mx

from tui.engine.predictors.predicted import Predicted
from tui.engine.recipes.classification import RECIPE, picture_transforms, takes_middle
from tui.engine.sources.built import Built

FIRST = 5
"""As many classes are told of a picture."""


class ClassPredictor:
    """Of every network with one output of pictures × classes."""

    def __init__(self, built: Built) -> None:
        self._built = built
        _, self._transform = picture_transforms(built, augment=False)
        self.classes = built.classes

    @staticmethod
    def fits(built: Built) -> bool:
        """As its recipe has it."""
        return RECIPE.fits(built)

    def begin(self) -> None:
        """Nothing is different in training."""

    def predict(self, pixels: mx.nd.NDArray, threshold: float = 0.0) -> Predicted:
        """The likeliest classes with their scores, the likeliest first."""
        tensor = self._transform(pixels).expand_dims(0).as_in_context(self._built.ctx)
        scores = mx.nd.softmax(self._built.net(tensor))[0].asnumpy()
        order = (-scores).argsort(kind="stable")[:FIRST]
        # A network of one's own may have been opened without names.
        names = self.classes or tuple(map(str, range(scores.size)))
        return Predicted(ranked=tuple((names[at], float(scores[at])) for at in order))

    def input_facts(self) -> dict[str, Any]:
        """As in `Predictor`."""
        assert self._built.input_size is not None
        height, width = self._built.input_size
        middle = takes_middle(self._built.input_size)
        return {
            "height": height,
            "width": width,
            "mean": self._built.mean,
            "std": self._built.std,
            "resized": "by the shorter side, then its middle" if middle else "to the input size",
        }
