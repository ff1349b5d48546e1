"""One optimiser step: the gradients of one batch, or of several, looked at before they are used.

The loss of several batches is the mean that one batch of all their pictures would have: each
counts by what its recipe divides by, and so does its gradient. (Where a recipe has divided
already, as SSD's does by the matched anchors of a batch, all batches count the same.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
from mxnet import autograd, gluon

from tui.engine.divergence import Diverged, all_finite, why
from tui.engine.mixed_precision import loss_scale, prepare, scaled
from tui.engine.optimizer import make_trainer
from tui.engine.recipes.recipe import Losses, TrainingTask
from tui.runs.spec import Hyperparameters


@dataclass(frozen=True)
class Stepped:
    """A step that was made: its loss, the loss's parts by name, and how many pictures it took."""

    loss: float
    parts: dict[str, float]
    pictures: int


@dataclass
class Stepper:
    """Makes the steps of a task, with an optimiser of its own."""

    task: TrainingTask
    hyper: Hyperparameters
    trainer: gluon.Trainer = field(init=False)
    _pending: list[Losses] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trainer = make_trainer(self.task.net, self.hyper)
        if self.hyper.amp:
            prepare(self.trainer)

    def add(self, batch: Any) -> None:
        """Send a batch through, forth and back. Waits for nothing."""
        with autograd.record():
            losses = self.task.losses(batch)
            with scaled(losses.backward, self.trainer) as backward:
                autograd.backward(backward)
        self._pending.append(losses)

    def step(self, step: int, learning_rate: float) -> Stepped:
        """Update the weights by what was added; `step` is its number.

        Raises:
            Diverged: the loss or a gradient is not finite. The weights are as they were.
        """
        scale = sum(one.scale for one in self._pending)
        stepped = self.look(step)
        if self.hyper.clip_norm:
            # Gradients are divided only in the update itself.
            most = self.hyper.clip_norm * scale * loss_scale(self.trainer)
            gluon.utils.clip_global_norm(self._gradients(), most, check_isfinite=False)
        self.trainer.set_learning_rate(learning_rate)
        self.trainer.step(scale)
        self.clear()
        return stepped

    def look(self, step: int) -> Stepped:
        """See what was added, for the step of this number, and that it can be used.

        Raises:
            Diverged: the loss or a gradient is not finite.
        """
        loss, parts = _means(self._pending)
        # In mixed precision a gradient that overflows is no news: MXNet leaves that step out.
        if not math.isfinite(loss) or not (self.hyper.amp or all_finite(self._gradients())):
            raise Diverged(why(step, loss, parts, self.task.net))
        return Stepped(loss, parts, sum(one.pictures for one in self._pending))

    def clear(self) -> None:
        """Forget what was added."""
        self._pending.clear()
        for one in self.trainer._params:
            if one.grad_req == "add":
                one.zero_grad()

    def _gradients(self) -> list[mx.nd.NDArray]:
        trained = (one for one in self.trainer._params if one.grad_req != "null")
        return [gradient for one in trained for gradient in one.list_grad()]


def _means(pending: list[Losses]) -> tuple[float, dict[str, float]]:
    scale = sum(one.scale for one in pending)

    def mean(value: Callable[[Losses], mx.nd.NDArray]) -> float:
        values = [float(value(one).mean().asscalar()) for one in pending]
        if len(values) == 1:
            return values[0]
        return sum(v * one.scale for v, one in zip(values, pending, strict=True)) / scale

    parts = {name: mean(lambda one, name=name: one.parts[name]) for name in pending[0].parts}
    return mean(lambda one: one.total), parts
