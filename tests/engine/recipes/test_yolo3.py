"""YOLOv3's recipe: its numbers beside a plain loop's, and that it learns."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import mxnet as mx
import pytest
from gluoncv.data.batchify import Pad, Stack, Tuple
from gluoncv.data.transforms.presets.yolo import YOLO3DefaultTrainTransform
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader

from tests.engine.recipes.learning import learn
from tests.engine.recipes.test_same_numbers import (
    ALL,
    HEAD_ONLY,
    SEED,
    SHAPES,
    assert_equal,
    epoch_of,
    freeze_by_hand,
    ours,
)
from tui.engine.datasets import load_data
from tui.engine.recipes import recipe_for, yolo3
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

STEPS = 10
SIZE = 96
NAME = "yolo3_mobilenet0.25_custom"
SOURCE = ModelSource(NAME, SHAPES, pretrained=False, input_size=(SIZE, SIZE), seed=SEED)


@pytest.mark.slow
@pytest.mark.parametrize("head_only", [False, True])
def test_same_numbers(tmp_path: Path, head_only: bool) -> None:
    start = tmp_path / "start.params"
    net = build(SOURCE, lambda _: None).net
    net.save_parameters(str(start))
    found, _ = ours(
        SOURCE,
        HEAD_ONLY if head_only else ALL,
        start,
        steps=STEPS,
        batch_size=4,
        learning_rate=0.001,
    )

    if head_only:
        freeze_by_hand(net, [output.prediction for output in net.yolo_outputs])
    loader = DataLoader(
        load_data("shapes", "detection", SHAPES).train.transform(
            YOLO3DefaultTrainTransform(SIZE, SIZE, net)
        ),
        4,
        shuffle=True,
        batchify_fn=Tuple(*([Stack() for _ in range(6)] + [Pad(axis=0, pad_val=-1)])),
    )
    net.hybridize()
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.001, "wd": 0.0005, "momentum": 0.9}
    )
    theirs: list[float] = []
    for arrays in islice(epoch_of(loader, 1), STEPS):
        batch = [array.as_in_context(mx.cpu()) for array in arrays]
        with autograd.record():
            objectness, centre, scale, kind = net(batch[0], batch[6], *batch[1:6])
            loss = objectness + centre + scale + kind
            autograd.backward([loss])
        trainer.step(4)
        theirs.append(float(loss.mean().asscalar()))
    assert_equal(found, theirs, STEPS)


@pytest.mark.slow
def test_it_learns() -> None:
    """Two of the shapes, from random weights, 144 steps: an untrained one has a mAP of 0.00."""
    source = ModelSource(NAME, ("circle", "cross"), pretrained=False, input_size=(SIZE, SIZE))
    told = learn(source, steps=144, batch_size=8, learning_rate=0.003, optimizer="adam")
    assert told.before < 0.02
    assert told.after > 0.1
    assert all(value is not None and value > 0.05 for value in told.per_class.values())


@pytest.mark.slow
def test_other_sizes_and_classes_are_refused() -> None:
    built = build(SOURCE, lambda _: None)
    recipe = recipe_for(built)
    assert recipe is yolo3.RECIPE
    data = load_data("shapes", "detection", SHAPES)
    built.input_size = (96, 100)
    with pytest.raises(Refusal, match="multiples of 32"):
        recipe.prepare(built, data, Hyperparameters())
    built.classes = ("circle",)
    with pytest.raises(Refusal, match="tells 6 classes apart, --classes names 1"):
        recipe.check_classes(built)
