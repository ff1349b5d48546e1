"""Pictures that are larger than a detector has anchors for are refused before it trains."""

from __future__ import annotations

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd
from mxnet.gluon.data import SimpleDataset

from tests.engine import small_detectors
from tui.engine.datasets import load_data
from tui.engine.datasets.shapes import CLASSES
from tui.engine.recipes import faster_rcnn, recipe_for
from tui.engine.recipes.recipe import TrainingTask
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.input_size import parse_input_size
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters


def prepared(model: str, size: tuple[int, int]) -> TrainingTask:
    built = build(ModelSource(model, CLASSES, pretrained=False, input_size=size), lambda _: None)
    recipe = recipe_for(built)
    assert recipe is not None
    data = load_data("shapes", recipe.task, built.classes)
    return recipe.prepare(built, data, Hyperparameters(augment=False))


def small(kind: str) -> str:
    return f"{small_detectors.__name__}:{kind}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "size", "picture"),
    [
        # 48 cells of 4 pixels, and a longer side of up to 160 to 96.
        (small("fpn"), (128, 128), "128×213"),
        (small("mask"), (96, 208), "96×208"),
        (small("fpn"), (208, 208), "208×347"),
        # 48 of 16.
        (small("c4"), (480, 480), "480×800"),
        # 32 of 8.
        ("demo", (320, 256), "320×256"),
        # 128 of 8.
        ("yolo3_mobilenet0.25_custom", (1056, 1056), "1056×1056"),
    ],
)
def test_what_is_suggested_is_not_refused(model: str, size: tuple[int, int], picture: str) -> None:
    with pytest.raises(Refusal) as raised:
        prepared(model, size)
    told, fits = str(raised.value).rsplit(" ", 1)
    assert told == (
        f"pictures of {picture} are larger than this detector has anchors for; give a smaller "
        "--input-size, such as"
    )
    smaller = parse_input_size(fits)
    assert max(smaller) < max(size)
    prepared(model, smaller)


@pytest.mark.slow
def test_the_largest_that_is_not_refused_goes_through() -> None:
    built = build(
        ModelSource(small("fpn"), CLASSES, pretrained=False, input_size=(96, 192)), lambda _: None
    )
    label = np.array([[4, 4, 40, 40, 0, 0]], dtype="float32")
    pictures = [mx.nd.zeros((*size, 3), dtype="uint8") for size in ((48, 96), (96, 48))]
    data = load_data("shapes", "detection", CLASSES)
    data.train = SimpleDataset([(picture, label) for picture in pictures])
    task = faster_rcnn.RECIPE.prepare(built, data, Hyperparameters(augment=False, batch_size=2))
    task.train_mode()
    (batch,) = task.batches()
    assert {picture[0].shape for picture in batch} == {(1, 3, 96, 192), (1, 3, 192, 96)}
    with autograd.record():
        losses = task.losses(batch)
    assert np.isfinite(losses.total.asnumpy()).all()
