"""Where the joints of an object are. Nothing finds the object first: where it is has to be told, or
it is to fill the picture."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.data.transforms.pose import transform_predictions
from gluoncv.data.transforms.presets.simple_pose import SimplePoseDefaultValTransform

from tui.engine.datasets.survey import Box
from tui.engine.predictors.predicted import Predicted, PredictedObject
from tui.engine.recipes.opencv import need_opencv
from tui.engine.recipes.simple_pose import RECIPE, joint_pairs, peaks
from tui.engine.sources.built import Built

OBJECT = "object"
SEEN = 0.1
"""The least value of a joint's heatmap at its peak, of 1, for it to count as seen."""


class JointsPredictor:
    """Of SimplePose networks. A score is the mean of the joints' peaks."""

    def __init__(self, built: Built) -> None:
        assert built.input_size is not None
        need_opencv("SimplePose", "pose")
        self._built = built
        self.classes = (OBJECT,)
        self._count = built.net.final_layer._kwargs["num_filter"]
        self._transform = SimplePoseDefaultValTransform(
            num_joints=self._count,
            joint_pairs=joint_pairs(built.classes),
            image_size=built.input_size,
            mean=built.mean,
            std=built.std,
        )

    @staticmethod
    def fits(built: Built) -> bool:
        """As its recipe has it."""
        return RECIPE.fits(built)

    def begin(self) -> None:
        """Nothing is different in training."""

    def predict(
        self, pixels: mx.nd.NDArray, threshold: float = 0.0, box: Box | None = None
    ) -> Predicted:
        """The joints of the one object that the picture shows, all over it or inside of a box:
        xmin, ymin, xmax, ymax in pixels."""
        height, width = pixels.shape[:2]
        left, top, right, bottom = map(float, box or (0, 0, width, height))
        label = {
            "bbox": [left, top, right, bottom],
            "joints_3d": np.zeros((self._count, 3, 2), dtype=np.float32),
        }
        tensor, scale, centre, *_ = self._transform(pixels, label, 0)
        heatmaps = self._built.net(tensor.expand_dims(0).as_in_context(self._built.ctx))[0]
        heatmaps = heatmaps.asnumpy()
        highest = heatmaps.reshape(self._count, -1).max(axis=1)
        size = [heatmaps.shape[2], heatmaps.shape[1]]
        places = transform_predictions(peaks(heatmaps), centre, scale, size)
        score = float(highest.mean().clip(0, 1))
        if score < threshold:
            return Predicted()
        joints = tuple(
            (float(x), float(y), bool(peak >= SEEN))
            for (x, y), peak in zip(places, highest, strict=True)
        )
        place = (left, top, right, bottom)
        return Predicted((PredictedObject(OBJECT, score, place, joints=joints),))

    def input_facts(self) -> dict[str, Any]:
        """As in `Predictor`."""
        assert self._built.input_size is not None
        height, width = self._built.input_size
        return {
            "height": height,
            "width": width,
            "mean": self._built.mean,
            "std": self._built.std,
            "resized": "an object's box, widened to the input's proportions, is cut out",
        }
