"""Short trainings on the built-in shapes, to see that a recipe learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mxnet.gluon import Block

from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import ShapesDetection
from tui.engine.loop import Loop
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes import recipe_for
from tui.engine.seeding import seed_everything
from tui.engine.sources import build
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Event, Validated
from tui.runs.spec import Hyperparameters, RunSpec

SEED = 3


@dataclass
class Learnt:
    """The metric before the first step and after the last, and what its classes came to."""

    before: float
    after: float
    per_class: dict[str, float | None]


def few_shapes(classes: tuple[str, ...], size: int = 96) -> Data:
    """Some kinds of shapes only, 256 pictures of them, and 32 others to measure on."""
    return Data(
        "some shapes",
        classes,
        ShapesDetection("train", 256, classes=classes, size=size),
        ShapesDetection("val", 32, classes=classes, size=size),
        "drawn from two seeds",
        (1,) * len(classes),
    )


def learn(
    source: ModelSource,
    *,
    steps: int,
    data: Data | None = None,
    start: Callable[[Block], Block] = lambda net: net,
    **hyper: object,
) -> Learnt:
    """Train all of a network from random weights, without augmentation."""
    built = build(source, lambda _: None)
    start(built.net)
    recipe = recipe_for(built)
    assert recipe is not None
    spec = RunSpec(
        source,
        recipe.info.name,
        "shapes",
        Hyperparameters(
            epochs=99,
            validate_every=99,
            max_steps=steps,
            augment=False,
            **hyper,  # type: ignore[arg-type]
        ),
        seed=SEED,
    )
    told: list[Event] = []
    plans = PlanInForce(built.net, FreezePlan((Rule("thaw", "all"),)), 99, told.append)
    task = recipe.prepare(built, data or few_shapes(source.classes), spec.hyper)
    seed_everything(SEED)
    before = task.validate(lambda: False)
    assert before is not None
    Loop(task, spec, recipe.info.metric, told.append, lambda: False, plans).run()
    (measured,) = [event for event in told if isinstance(event, Validated)]
    return Learnt(before.value, measured.value, measured.per_class)
