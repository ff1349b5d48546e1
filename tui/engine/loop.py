"""The training loop: steps, epochs, validations; each an event.

The loop never waits for a screen, and for the device only where a number is needed: the losses
of a step are read after the next one has been given to MXNet.

What a batch draws depends on the seed, the epoch and the batch alone, so that a run can go on
at any batch as if it had never stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mxnet import autograd, gluon

from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes.recipe import Losses, TrainingTask
from tui.engine.refusal import Refusal
from tui.engine.seeding import seed_everything
from tui.runs.checkpoint import Outcome, Position
from tui.runs.events import Event, Phase, Step, Validated
from tui.runs.spec import RunSpec

RATE_WINDOW = 2.0
"""Seconds over which pictures per second are measured."""


@dataclass
class Loop:
    """One run of a task. `emit` takes each event, `should_stop` is asked between batches.

    `plans` is asked between batches what is to train; without it, that stays as it is.
    `keep` is called where a checkpoint is due: at the ends of epochs, and when the run is
    stopped. `position` and `outcome` are where the run stands; others than the first go on from
    there, with a `trainer` whose state is of then. `tell_skipped` is called when pictures have
    been read: some may have been skipped.
    """

    task: TrainingTask
    spec: RunSpec
    metric: str
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    plans: PlanInForce | None = None
    keep: Callable[[Loop], None] = lambda _: None
    position: Position = field(default_factory=Position)
    outcome: Outcome = field(default_factory=Outcome)
    tell_skipped: Callable[[], None] = lambda: None
    trainer: gluon.Trainer = field(init=False)
    measured: float | None = None
    """The metric at the present step; None where it was not measured."""

    def __post_init__(self) -> None:
        self.trainer = make_trainer(self.task, self.spec)
        self._began = time.monotonic() - self.outcome.seconds

    def run(self) -> Outcome:
        """Train until the epochs are over, the steps are, or a command says so.

        Raises:
            Refusal: the loss is no longer a number.
        """
        hyper = self.spec.hyper
        kept: Position | None = None
        for epoch in range(self.position.epoch, hyper.epochs + 1):
            self._train(epoch)
            if self._over():
                break
            self.outcome.epochs = epoch
            if epoch % hyper.validate_every == 0 or epoch == hyper.epochs:
                self._validate(epoch)
                if self.should_stop():
                    break
            self.position = Position(epoch + 1)
            if hyper.checkpoint_every and epoch % hyper.checkpoint_every == 0:
                self._keep()
                kept = self.position
            if self._over():
                break
        through = self.position.epoch > hyper.epochs
        self.outcome.stopped = self.should_stop() and not through
        if self.outcome.stopped:
            if self.outcome.steps and kept != self.position:
                self._keep()
        elif self.outcome.epochs < hyper.epochs:
            # Ended by the limit on steps, within an epoch: it has not been measured yet.
            self._validate(self.outcome.epochs + 1)
        self.outcome.seconds = time.monotonic() - self._began
        return self.outcome

    def _train(self, epoch: int) -> None:
        """The batches of an epoch that are still to come."""
        done = self.position.batch if epoch == self.position.epoch else 0
        if self.plans is not None and not done:
            self.plans.begin_epoch(epoch, self.outcome.steps)
        # Each epoch has a stream of its own: its order depends on no epoch before it.
        seed_everything(self.spec.seed, epoch)
        batches = iter(self.task.batches(done))
        self.task.train_mode()
        pending: tuple[int, int, Losses, float] | None = None
        rate = _Rate()
        for number in range(done, self.task.steps_per_epoch):
            if self._over():
                break
            if self.plans is not None:
                self.plans.between_batches(self.outcome.steps)
            if number:
                # And so has each batch but the first, which goes on from the order.
                seed_everything(self.spec.seed, epoch, number)
            batch = next(batches)
            self.tell_skipped()
            with autograd.record():
                losses = self.task.losses(batch)
                autograd.backward(losses.backward)
            self.trainer.step(losses.scale)
            self.outcome.steps += 1
            self.position = Position(epoch, number + 1)
            self.measured = None
            if pending:
                self._tell(*pending, rate)
            pending = (self.outcome.steps, epoch, losses, self.trainer.learning_rate)
        if pending:
            self._tell(*pending, rate)

    def _over(self) -> bool:
        limit = self.spec.hyper.max_steps
        return self.should_stop() or bool(limit and self.outcome.steps >= limit)

    def _keep(self) -> None:
        self.outcome.seconds = time.monotonic() - self._began
        self.keep(self)

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
        self.tell_skipped()
        if metric is not None:
            self.outcome.value = self.measured = metric.value
            self.emit(
                Validated(
                    epoch,
                    self.outcome.steps,
                    self.metric,
                    metric.value,
                    metric.per_class,
                    dict(metric.beside),
                )
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
