"""The training loop: steps, epochs, validations; each an event.

The loop never waits for a screen, and for the device only where a number is needed: the losses
of a step are read after the next one has been given to MXNet.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mxnet import autograd, gluon

from tui.engine.recipes.recipe import Losses, TrainingTask
from tui.engine.refusal import Refusal
from tui.engine.seeding import seed_everything
from tui.runs.events import Event, Phase, Step, Validated
from tui.runs.spec import RunSpec

RATE_WINDOW = 2.0
"""Seconds over which pictures per second are measured."""


@dataclass
class Outcome:
    """How far a run came. `stopped` is whether a command ended it."""

    steps: int = 0
    epochs: int = 0
    stopped: bool = False
    value: float | None = None


@dataclass
class Loop:
    """One run of a task. `emit` takes each event, `should_stop` is asked between batches."""

    task: TrainingTask
    spec: RunSpec
    metric: str
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    outcome: Outcome = field(default_factory=Outcome)

    def run(self) -> Outcome:
        """Train until the epochs are over, the steps are, or a command says so.

        Raises:
            Refusal: the loss is no longer a number.
        """
        hyper = self.spec.hyper
        trainer = make_trainer(self.task, self.spec)
        pending: tuple[int, int, Losses, float] | None = None
        rate = _Rate()
        for epoch in range(1, hyper.epochs + 1):
            # Each epoch has a stream of its own: what it draws depends on no epoch before it.
            seed_everything(self.spec.seed, epoch)
            self.task.train_mode()
            for batch in self.task.batches():
                with autograd.record():
                    losses = self.task.losses(batch)
                    autograd.backward(losses.backward)
                trainer.step(losses.scale)
                self.outcome.steps += 1
                if pending:
                    self._tell(*pending, rate)
                pending = (self.outcome.steps, epoch, losses, trainer.learning_rate)
                if self._over():
                    break
            if pending:
                self._tell(*pending, rate)
                pending = None
            if self._over():
                break
            self.outcome.epochs = epoch
            if epoch % hyper.validate_every == 0 or epoch == hyper.epochs:
                self._validate(epoch)
                rate = _Rate()
            if self._over():
                break
        self.outcome.stopped = self.should_stop()
        if not self.outcome.stopped and self.outcome.epochs < hyper.epochs:
            # Ended by the limit on steps, within an epoch: it has not been measured yet.
            self._validate(self.outcome.epochs + 1)
        return self.outcome

    def _over(self) -> bool:
        limit = self.spec.hyper.max_steps
        return self.should_stop() or bool(limit and self.outcome.steps >= limit)

    def _tell(
        self, step: int, epoch: int, losses: Losses, learning_rate: float, rate: _Rate
    ) -> None:
        total = float(losses.total.mean().asscalar())
        parts = {name: float(value.mean().asscalar()) for name, value in losses.parts.items()}
        if not math.isfinite(total):
            which = [name for name, value in parts.items() if not math.isfinite(value)]
            raise Refusal(
                f"the loss is {total} at step {step} ({' and '.join(which) or 'in sum'}): "
                "training stopped; a smaller learning rate may help"
            )
        self.emit(Step(step, epoch, total, parts, learning_rate, rate.add(losses.pictures)))

    def _validate(self, epoch: int) -> None:
        self.emit(Phase("validating"))
        metric = self.task.validate(self.should_stop)
        if metric is not None:
            self.outcome.value = metric.value
            self.emit(
                Validated(epoch, self.outcome.steps, self.metric, metric.value, metric.per_class)
            )
        self.emit(Phase("training"))


def make_trainer(task: TrainingTask, spec: RunSpec) -> gluon.Trainer:
    """One `Trainer` over all parameters: frozen ones are skipped wholly, and one that is thawed
    later is there already."""
    hyper = spec.hyper
    options = {"learning_rate": hyper.learning_rate, "wd": hyper.weight_decay}
    if hyper.optimizer == "sgd":
        options["momentum"] = hyper.momentum
    return gluon.Trainer(task.net.collect_params(), hyper.optimizer, options)


class _Rate:
    """Pictures per second over the last moments."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = [(time.monotonic(), 0)]

    def add(self, pictures: int) -> float:
        now = time.monotonic()
        self._marks.append((now, pictures))
        while len(self._marks) > 2 and now - self._marks[1][0] > RATE_WINDOW:
            del self._marks[0]
        seconds = now - self._marks[0][0]
        return sum(count for _, count in self._marks[1:]) / seconds if seconds > 0 else 0.0
