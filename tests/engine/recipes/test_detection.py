"""What a detector is measured by, on detections that are known."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
import pytest
from mxnet.gluon.data import SimpleDataset

from tests.engine import small_detectors
from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import CLASSES
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

LABELS = (
    np.array([[20, 10, 70, 50, 0, 0], [80, 20, 140, 90, 1, 0]], dtype="float32"),
    np.array([[10, 30, 100, 80, 0, 0], [100, 5, 150, 40, 2, 1]], dtype="float32"),
)
"""Circles, a square, and a triangle that is difficult, in pictures of 100×160."""


class Told:
    """A network that finds all circles, to the pixel, and nothing else."""

    def __init__(self, batches: list[mx.nd.NDArray]) -> None:
        self._labels = iter(batches)

    def set_nms(self, **_: Any) -> None:
        """As detectors have it."""

    def __call__(self, pictures: mx.nd.NDArray) -> tuple[mx.nd.NDArray, ...]:
        labels = next(self._labels)
        kinds = labels[:, :, 4:5]
        found = mx.nd.where(kinds == 0, kinds, -mx.nd.ones_like(kinds))
        return found, mx.nd.where(found == 0, found + 0.9, found), labels[:, :, :4]


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        "ssd_300_mobilenet0.25_custom",
        "yolo3_mobilenet0.25_custom",
        "center_net_resnet18_v1b_voc",
        f"{small_detectors.__name__}:c4",
    ],
)
def test_mean_average_precision(model: str) -> None:
    built = build(ModelSource(model, CLASSES, pretrained=False, input_size=(128, 128)), str)
    recipe = recipe_for(built)
    assert recipe is not None
    picture = mx.nd.zeros((100, 160, 3), dtype="uint8")
    kept = SimpleDataset([(picture, label) for label in LABELS])
    data = Data("two pictures", CLASSES, kept, kept, "", (2, 1, 1, 0, 0, 0))
    task: Any = recipe.prepare(built, data, Hyperparameters(batch_size=2))
    task.net = Told([batch[1] for batch in task._validation])
    measured = task.validate(lambda: False)
    assert measured.per_class["circle"] == pytest.approx(1)
    assert measured.per_class["square"] == 0
    assert measured.per_class["star"] is None
    assert measured.value == pytest.approx(0.5)
    assert measured.beside == {
        name: pytest.approx(0.5, abs=1e-6) for name in ("VOC mAP", "COCO mAP", "COCO AP50")
    }
    assert task.validate(lambda: True) is None
