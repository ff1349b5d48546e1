"""The trainer's losses beside those of a plain Gluon loop that knows nothing of thaw."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.batchify import Stack, Tuple
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform
from gluoncv.loss import SSDMultiBoxLoss
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader
from mxnet.gluon.data.vision import transforms

from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.loop import Loop
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Event, Step
from tui.runs.spec import Hyperparameters, RunSpec

STEPS = 20
SEED = 7
SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
CLASSIFIER = ModelSource(
    "cifar_resnet20_v1", classes=SHAPES, pretrained=False, input_size=(32, 32), seed=SEED
)
ALL = FreezePlan((Rule("thaw", "all"),))


def ours(
    source: ModelSource,
    plan: FreezePlan,
    start: Path,
    data: Data | None = None,
    steps: int = STEPS,
    **hyper: object,
) -> tuple[list[float], Built]:
    """The losses that the product's own loop tells, from the weights in a file, on the built-in
    shapes unless there is other data."""
    built = build(source, lambda _: None)
    built.net.load_parameters(str(start))
    recipe = recipe_for(built)
    assert recipe is not None
    told: list[Event] = []
    plans = PlanInForce(built.net, plan, 99, told.append)
    spec = RunSpec(
        source,
        recipe.info.name,
        "shapes",
        Hyperparameters(epochs=99, max_steps=steps, **hyper),  # type: ignore[arg-type]
        seed=SEED,
    )
    data = data or load_data("shapes", recipe.task, built.classes)
    task = recipe.prepare(built, data, spec.hyper)
    task.validate = lambda stop: None  # type: ignore[method-assign]
    Loop(task, spec, recipe.info.metric, told.append, lambda: False, plans).run()
    return [event.loss for event in told if isinstance(event, Step)], built


def seed_as_the_trainer_does(*where: int) -> None:
    mixed = int(np.random.SeedSequence([SEED, *where]).generate_state(1)[0])
    random.seed(mixed)
    np.random.seed(mixed)
    mx.random.seed(mixed % 2**31)


def epoch_of(loader: DataLoader, epoch: int) -> Iterator[Any]:
    """The batches of an epoch: its order and its first batch from the epoch's own seed, each
    other batch from one of its own, and each step from another."""
    seed_as_the_trainer_does(epoch)
    batches = iter(loader)
    for number in range(len(loader)):
        if number:
            seed_as_the_trainer_does(epoch, number)
        batch = next(batches)
        seed_as_the_trainer_does(epoch, number, 1)
        yield batch


def freeze_by_hand(net: gluon.Block, head: list[gluon.Block]) -> None:
    """What a careful person writes: all null but the head, statistics used and not moved."""
    net.collect_params().setattr("grad_req", "null")
    for block in head:
        block.collect_params().setattr("grad_req", "write")

    def fix(block: gluon.Block) -> None:
        if isinstance(block, gluon.nn.BatchNorm):
            block._kwargs["use_global_stats"] = True

    net.apply(fix)


def new_classifier(tmp_path: Path) -> tuple[gluon.HybridBlock, Path]:
    """A network, and the file of the weights that it begins with."""
    start = tmp_path / "start.params"
    net = build(CLASSIFIER, lambda _: None).net
    net.save_parameters(str(start))
    return net, start


def plain_steps(
    net: gluon.HybridBlock, trainer: gluon.Trainer, loader: DataLoader, epoch: int
) -> Iterator[float]:
    """The losses of an epoch, as a classifier is trained without thaw."""
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    # As GluonCV's scripts do; unhybridized, sums come in another order, and batch statistics of
    # eight pictures make much of a last digit.
    net.hybridize(static_alloc=True, static_shape=True)
    for pictures, labels in epoch_of(loader, epoch):
        with autograd.record():
            loss = loss_of(net(pictures), labels)
        loss.backward()
        trainer.step(pictures.shape[0])
        yield float(loss.mean().asscalar())


def assert_equal(
    ours: list[float], theirs: list[float], steps: int = STEPS, later: float = 1e-5
) -> None:
    """The same losses; from the sixth step on they may be `later` of themselves apart, where last
    digits decide what is trained on: those are not the same on every processor."""
    assert len(ours) == len(theirs) == steps
    np.testing.assert_allclose(ours[:5], theirs[:5], rtol=1e-5)
    np.testing.assert_allclose(ours[5:], theirs[5:], rtol=later)
    assert len(set(ours)) == steps  # it did train


@pytest.mark.slow
@pytest.mark.smoke
@pytest.mark.parametrize("head_only", [False, True])
def test_ssd(tmp_path: Path, head_only: bool) -> None:
    source = ModelSource("demo", pretrained=False, seed=SEED)
    start = tmp_path / "start.params"
    net = build(source, lambda _: None).net
    net.save_parameters(str(start))
    found, _ = ours(
        source, HEAD_ONLY if head_only else ALL, start, batch_size=4, learning_rate=0.005
    )

    if head_only:
        freeze_by_hand(net, [net.class_predictors, net.box_predictors])
    with autograd.train_mode():
        _, _, anchors = net(mx.nd.zeros((1, 3, 128, 128)))
    dataset = load_data("shapes", "detection", SHAPES).train
    loader = DataLoader(
        dataset.transform(SSDDefaultTrainTransform(128, 128, anchors)),
        4,
        shuffle=True,
        batchify_fn=Tuple(Stack(), Stack(), Stack()),
    )
    # As GluonCV's script does; unhybridized, sums come in another order, and hard negative
    # mining makes much of a last digit.
    net.hybridize(static_alloc=True, static_shape=True)
    loss_of = SSDMultiBoxLoss()
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.005, "wd": 0.0005, "momentum": 0.9}
    )
    theirs: list[float] = []
    for batch in epoch_of(loader, 1):
        pictures, class_targets, box_targets = (
            gluon.utils.split_and_load(array, [mx.cpu()])[0] for array in batch
        )
        with autograd.record():
            class_predictions, box_predictions, _ = net(pictures)
            total, _, _ = loss_of(class_predictions, box_predictions, class_targets, box_targets)
            autograd.backward(total)
        trainer.step(1)
        theirs.append(float(total[0].sum().asscalar()))
        if len(theirs) == STEPS:
            break
    assert_equal(found, theirs)


@pytest.mark.slow
@pytest.mark.parametrize("head_only", [False, True])
def test_classification(tmp_path: Path, head_only: bool) -> None:
    net, start = new_classifier(tmp_path)
    found, _ = ours(
        CLASSIFIER, HEAD_ONLY if head_only else ALL, start, batch_size=8, learning_rate=0.01
    )

    if head_only:
        freeze_by_hand(net, [net.output])
    dataset = load_data("shapes", "classification", SHAPES).train
    transform = transforms.Compose(
        [
            transforms.RandomResizedCrop(32, scale=(0.5, 1.0)),
            transforms.RandomFlipLeftRight(),
            transforms.RandomColorJitter(brightness=0.4, contrast=0.4, saturation=0.4),
            transforms.ToTensor(),
            transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
        ]
    )
    loader = DataLoader(dataset.transform_first(transform), 8, shuffle=True)
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.01, "wd": 0.0005, "momentum": 0.9}
    )
    assert_equal(found, list(islice(plain_steps(net, trainer, loader, 1), STEPS)))


UNFREEZING = FreezePlan(
    (
        Rule("freeze", "all"),
        Rule("thaw", "role", "head"),
        Rule("thaw", "block", "features.4", epoch=2),
        Rule("lr_mult", "block", "features.4", value=0.1, epoch=2),
        Rule("thaw", "all", epoch=3),
        Rule("freeze", "role", "head", epoch=4),
    )
)
"""The head alone; from epoch 2 the last stage as well, at a tenth of the rate; from epoch 3 all;
from epoch 4 all but the head."""


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_gradual_unfreezing(tmp_path: Path, optimizer: str) -> None:
    net, start = new_classifier(tmp_path)
    found, _ = ours(
        CLASSIFIER,
        UNFREEZING,
        start,
        batch_size=96,  # six steps an epoch, the last on fewer pictures
        learning_rate=0.01,
        augment=False,
        optimizer=optimizer,
    )

    def thaw(block: gluon.Block) -> None:
        block.collect_params().setattr("grad_req", "write")

        def let_go(inner: gluon.Block) -> None:
            if isinstance(inner, gluon.nn.BatchNorm):
                inner._kwargs["use_global_stats"] = False

        block.apply(let_go)

    freeze_by_hand(net, [net.output])
    dataset = load_data("shapes", "classification", SHAPES).train
    transform = transforms.Compose(
        [
            transforms.Resize((32, 32)),
            transforms.ToTensor(),
            transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010)),
        ]
    )
    loader = DataLoader(dataset.transform_first(transform), 96, shuffle=True, last_batch="keep")
    options = {"learning_rate": 0.01, "wd": 0.0005}
    if optimizer == "sgd":
        options["momentum"] = 0.9
    trainer = gluon.Trainer(net.collect_params(), optimizer, options)
    theirs: list[float] = []
    for epoch in range(1, 5):
        if epoch == 2:
            thaw(net.features[4])
            net.features[4].collect_params().setattr("lr_mult", 0.1)
        elif epoch == 3:
            thaw(net)
        elif epoch == 4:
            net.output.collect_params().setattr("grad_req", "null")
        theirs += plain_steps(net, trainer, loader, epoch)
    assert_equal(found, theirs[:STEPS])
