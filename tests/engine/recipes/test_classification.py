"""What the classification recipe measures, and that it learns."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
import pytest

from tests.engine.recipes.learning import learn
from tests.engine.recipes.test_same_numbers import CLASSIFIER, SEED, SHAPES
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import ShapesClassification
from tui.engine.recipes import classification
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters


@pytest.mark.slow
def test_top_1_and_top_5() -> None:
    built = build(CLASSIFIER, lambda _: None)
    data = load_data("shapes", "classification", SHAPES)
    task: Any = classification.RECIPE.prepare(built, data, Hyperparameters(batch_size=16))
    labels = np.concatenate([batch[1].asnumpy() for batch in task._validation]).astype(int)
    # The right class first in every second picture; of the others, last in every second one.
    scores = np.tile(np.arange(6, dtype="float32"), (len(labels), 1))
    scores[np.arange(len(labels)), labels] = -1
    scores[2::4][np.arange(len(labels[2::4])), labels[2::4]] = 2.5
    scores[::4][np.arange(len(labels[::4])), labels[::4]] = 10
    scores[1::4][np.arange(len(labels[1::4])), labels[1::4]] = 10
    rest = iter(np.split(scores, len(scores) // 16))
    task.net = lambda pictures: mx.nd.array(next(rest))
    measured = task.validate(lambda: False)
    assert measured.value == pytest.approx(0.5)
    assert measured.beside == {"top-5 accuracy": pytest.approx(0.75)}


@pytest.mark.slow
def test_it_learns() -> None:
    """Two of the shapes, from random weights: half of them are right by chance."""
    classes = ("circle", "cross")
    data = Data(
        "two shapes",
        classes,
        ShapesClassification("train", 512, classes=classes, size=48),
        ShapesClassification("val", 96, classes=classes, size=48),
        "drawn from two seeds",
        (1, 1),
    )
    source = ModelSource(
        "cifar_resnet20_v1", classes, pretrained=False, input_size=(32, 32), seed=SEED
    )
    told = learn(source, steps=256, data=data, batch_size=16, learning_rate=0.001, optimizer="adam")
    assert told.before < 0.6
    assert told.after > 0.7
    assert all(value is not None and value > 0.55 for value in told.per_class.values())
