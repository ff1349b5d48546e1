"""What a recipe is, and what it makes: a training task that the loop can run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import mxnet as mx
from mxnet.gluon import Block

from tui.engine.confusion import Confusion
from tui.engine.datasets.data import Data, Task
from tui.engine.sources.built import Built
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters


@dataclass
class Losses:
    """The losses of one batch. `backward` is what autograd starts from; `parts` go by the
    names in `RecipeInfo.losses`, `total` is what is shown as the loss: each an array whose mean
    is the value, so that nothing waits for it here. `pictures` is the batch's size; `Trainer.step`
    is told that, or 1 where not `by_pictures`. `divided_by` makes what the losses were divided by
    already, where that is not the same for every batch: an array of one value, whose `divisor` it
    was.

    Of a batch in parts, what is shown is the mean over their pictures, or else over what
    `divided_by` makes of each."""

    backward: list[mx.nd.NDArray]
    total: mx.nd.NDArray
    parts: dict[str, mx.nd.NDArray]
    pictures: int
    by_pictures: bool = True
    divided_by: Callable[[], mx.nd.NDArray] | None = None


def divisor(count: mx.nd.NDArray) -> mx.nd.NDArray:
    """What losses are divided by that go by a count in their batch: one, where it has none."""
    return mx.nd.where(count > 0, count, mx.nd.ones_like(count))


@dataclass
class Metric:
    """A validation's value, 0 to 1, and its parts by class name (None where undefined); `beside`
    are other values of the same predictions, by name, 0 to 1. `confusion` is what was taken for
    what, where that can be told."""

    value: float
    per_class: dict[str, float | None]
    beside: dict[str, float] = field(default_factory=dict)
    confusion: Confusion | None = None


class TrainingTask(Protocol):
    """A network, its data and its losses, ready to run. The network is in training mode after
    `train_mode`, and wherever `validate` has left it."""

    net: Block

    def batches(self, skip: int = 0) -> Iterable[Any]:
        """The training batches of one epoch, but for the first `skip`. The order is drawn when
        this is called; whatever else is random about a batch, when that batch is asked for."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """How many batches an epoch has."""
        ...

    def divide(self, rank: int, parts: int) -> None:
        """Take a part of each batch from here on, `batch_size` pictures: the others are for other
        processes."""
        ...

    def train_mode(self) -> None:
        """Make the network ready for training steps."""
        ...

    def losses(self, batch: Any) -> Losses:
        """The forward pass and the losses of one batch, under `autograd.record`."""
        ...

    def losses_on(self, batch: Any, contexts: Sequence[mx.Context]) -> list[Losses]:
        """The same with a part of the batch on each of several devices."""
        ...

    def validate(self, stop: Callable[[], bool]) -> Metric | None:
        """Measure on the validation pictures; None if told to stop on the way."""
        ...


class Recipe(Protocol):
    """How a family trains."""

    info: RecipeInfo
    task: Task

    def fits(self, built: Built) -> bool:
        """Whether this network is of the family."""
        ...

    def check_classes(self, built: Built) -> None:
        """See that the network tells as many classes apart as it is opened for.

        Raises:
            Refusal: it tells others apart; says how many.
        """
        ...

    def check_data(self, built: Built, data: Data) -> None:
        """See that the network tells as many apart as the data has.

        Raises:
            Refusal: it tells others apart; says how many.
        """
        ...

    def prepare(self, built: Built, data: Data, hyper: Hyperparameters) -> TrainingTask:
        """Make the task. Called after the freeze plan has been applied."""
        ...
