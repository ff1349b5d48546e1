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
from tui.engine.recipes.detection import padded
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


class OneEverywhere(Told):
    """A network that finds a circle in every picture, the less surely the truer it is."""

    def __call__(self, pictures: mx.nd.NDArray) -> tuple[mx.nd.NDArray, ...]:
        first = next(self._labels)[:, :1]
        true = first[:, :, 4:5] == 0
        return mx.nd.zeros_like(true), 0.9 - 0.4 * true, mx.nd.abs(first[:, :, :4])


FAMILIES = (
    "ssd_300_mobilenet0.25_custom",
    "yolo3_mobilenet0.25_custom",
    "center_net_resnet18_v1b_voc",
    f"{small_detectors.__name__}:c4",
)


@pytest.mark.slow
@pytest.mark.parametrize("model", FAMILIES)
def test_what_is_found_where_nothing_is_counts_as_wrong(model: str) -> None:
    built = build(ModelSource(model, CLASSES, pretrained=False, input_size=(128, 128)), str)
    recipe = recipe_for(built)
    assert recipe is not None
    picture = mx.nd.zeros((100, 160, 3), dtype="uint8")
    kept = SimpleDataset([(picture, LABELS[0][:1]), (picture, LABELS[0][:0])])
    data = Data("two pictures", CLASSES, kept, kept, "", (1, 0, 0, 0, 0, 0))
    task: Any = recipe.prepare(built, data, Hyperparameters(batch_size=1))
    task.net = OneEverywhere([batch[1] for batch in task._validation])
    measured = task.validate(lambda: False)
    assert measured.value == pytest.approx(1 / 2)
    assert measured.beside["COCO AP50"] == pytest.approx(1 / 2)


def test_objects_of_some_pictures() -> None:
    found = padded([LABELS[0], LABELS[1][:1], LABELS[1][:0]])
    assert (found[0].asnumpy() == LABELS[0]).all()
    assert found[1, :, 4].asnumpy().tolist() == [0, -1]
    assert (found[2].asnumpy() == -1).all()
    assert padded([LABELS[0][:0]]).shape == (1, 1, 6)


@pytest.mark.slow
@pytest.mark.parametrize("model", FAMILIES)
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
