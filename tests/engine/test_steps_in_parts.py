"""Steps of a batch in parts, held to those of the whole batch: its pictures one after the other,
on several devices, and both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import mxnet as mx
import numpy as np
import pytest

from tests.engine import small_segmenters
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data, Task
from tui.engine.datasets.shapes import CLASSES as SHAPES
from tui.engine.distribution.division import parts_of
from tui.engine.distribution.exchange import DeviceExchange
from tui.engine.distribution.spread import spread
from tui.engine.freezing import apply_plan
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.engine.stepper import Stepped, Stepper
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

PICTURES = 4
PLAN = FreezePlan((Rule("thaw", "all"), Rule("freeze statistics", "all")))
"""What each part norms by itself would be another thing in parts."""


@dataclass(frozen=True)
class Family:
    """A network, and what the targets of a picture are where it has nothing: by their place in a
    batch."""

    source: ModelSource
    nothing: dict[int, float]


FAMILIES = {
    "ssd": Family(ModelSource("demo", pretrained=False, seed=5), {1: 0, 2: 0}),
    "segmentation": Family(
        ModelSource(
            f"{small_segmenters.__name__}:without_chance",
            classes=("background", *SHAPES),
            pretrained=False,
            input_size=(64, 64),
            seed=5,
        ),
        {1: -1},
    ),
    "center_net": Family(
        ModelSource(
            "center_net_resnet18_v1b_voc", SHAPES, pretrained=False, input_size=(64, 64), seed=5
        ),
        dict.fromkeys(range(1, 6), 0),
    ),
}


@cache
def shapes(task: Task, classes: tuple[str, ...]) -> Data:
    """To find out what is on them takes longer than a step."""
    return load_data("shapes", task, classes)


def stepped(
    family: Family, parts: int, devices: int = 1, empty: Sequence[int] = ()
) -> tuple[np.ndarray, Stepped]:
    """How far a step at a learning rate of 1 moves all weights, and what it tells. The batch goes
    through in so many parts, each on so many devices; of some of its pictures there is nothing."""
    built = build(family.source, lambda _: None)
    net, recipe = built.net, recipe_for(built)
    assert recipe is not None
    apply_plan(net, PLAN, accumulate=parts > 1)
    hyper = Hyperparameters(
        batch_size=PICTURES,
        optimizer="sgd",
        momentum=0.0,
        weight_decay=0.0,
        accumulate=parts,
        augment=False,
    )
    task = recipe.prepare(built, shapes(recipe.task, built.classes), hyper)
    mx.random.seed(2)
    np.random.seed(2)
    batch = next(iter(task.batches()))
    for place, value in family.nothing.items():
        for picture in empty:
            batch[place][picture] = value
    contexts = [mx.cpu(number) for number in range(devices)]
    spread(net, contexts)
    task.train_mode()
    exchange = DeviceExchange() if devices > 1 else None
    stepper = Stepper(task, hyper, contexts, exchange, recipe.info.losses)
    parameters = net._collect_params_with_prefix().values()

    def weights() -> np.ndarray:
        return np.concatenate([one.list_data()[-1].asnumpy().ravel() for one in parameters])

    before = weights()
    for part in parts_of(batch, parts):
        stepper.add(part)
    told = stepper.step(1, 1.0)
    return weights() - before, told


@pytest.mark.slow
@pytest.mark.parametrize("empty", [(), (0, 3), range(PICTURES)])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_batch_in_parts_makes_the_step_of_the_whole(name: str, empty: Sequence[int]) -> None:
    family = FAMILIES[name]
    expected, whole = stepped(family, 1, empty=empty)
    assert np.isfinite(expected).all()
    for parts, devices in ((4, 1), (1, 3), (2, 2)):
        found, told = stepped(family, parts, devices, empty)
        off = np.linalg.norm(found - expected)
        assert off <= 1e-4 * np.linalg.norm(expected), (parts, devices)
        assert told.pictures == whole.pictures == PICTURES
        assert told.loss == pytest.approx(whole.loss, rel=1e-5)
        assert told.parts == pytest.approx(whole.parts, rel=1e-5)
