"""The training loop: steps, epochs, validations; each an event.

The loop never waits for a screen. It waits for the device once a step, before the weights are
updated, so that a loss or a gradient that is no number never reaches them; the next batch is read
before that, while the device works.

What a batch draws, and what a step on it draws, depends on the seed, the epoch and the batch alone:
a run can go on at any step as if it had never stopped, whoever reads its batches.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
from mxnet import gluon

from tui.engine.batch_reader import BatchReader
from tui.engine.confusion import Confusion
from tui.engine.distribution.exchange import Exchange
from tui.engine.distribution.group import Group
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.spread import KeptStatistics
from tui.engine.divergence import refuse_infinite_values
from tui.engine.input.workers import WorkerLost
from tui.engine.orders import Orders
from tui.engine.picture_rate import PictureRate
from tui.engine.plan_in_force import PlanInForce
from tui.engine.rate_in_force import RateInForce
from tui.engine.recipes.recipe import TrainingTask
from tui.engine.seeding import of_batch, seed_everything
from tui.engine.stepper import Stepped, Stepper
from tui.runs.checkpoint import Outcome, Position
from tui.runs.control import KeepCheckpoint, SetLearningRate, Validate
from tui.runs.events import Continued, Event, Notice, Paused, Phase, Step, Validated
from tui.runs.spec import RunSpec


@dataclass
class Loop:
    """One run of a task. `emit` takes each event, `should_stop` is asked between steps.

    `plans` is asked between steps what is to train; without it, that stays as it is. `orders`
    are what the run is told to do meanwhile, `rates` the learning rates that were set by hand.
    `keep` is called where a checkpoint is due: at the ends of epochs, and when the run is
    stopped. `position` and `outcome` are where the run stands; others than the first go on from
    there, with a `trainer` whose state is of then. `tell_skipped` is called when pictures have
    been read: some may have been skipped. `write_confusion` keeps a classifier's table and
    returns where. `sample` is called with the step after each validation, the network as that has
    left it. `contexts` are the devices, where there are several, and `exchange` adds up their
    gradients; `group` are the processes that make the same steps, each on its part of a batch;
    `names` are those of the loss's parts.
    """

    task: TrainingTask
    spec: RunSpec
    metric: str
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    plans: PlanInForce | None = None
    orders: Orders = field(default_factory=Orders)
    rates: Mapping[int, float] = field(default_factory=dict)
    keep: Callable[[Loop], None] = lambda _: None
    position: Position = field(default_factory=Position)
    outcome: Outcome = field(default_factory=Outcome)
    tell_skipped: Callable[[], None] = lambda: None
    write_confusion: Callable[[Confusion], str] = lambda _: ""
    sample: Callable[[int], None] = lambda _: None
    contexts: Sequence[mx.Context] = ()
    exchange: Exchange | None = None
    group: Group | None = None
    names: Sequence[str] = ()
    reader: BatchReader = field(init=False)
    stepper: Stepper = field(init=False)
    measured: float | None = None
    """The metric at the present step; None where it was not measured."""

    def __post_init__(self) -> None:
        self.reader = BatchReader(self.task, self.spec.seed)
        self.stepper = Stepper(self.task, self.spec.hyper, self.contexts, self.exchange, self.names)
        self._rate = RateInForce(
            self.spec.hyper,
            self.steps_per_epoch,
            self.total_steps,
            self.outcome,
            self.emit,
            self.rates,
        )
        self._began = time.monotonic() - self.outcome.seconds
        self._lost: WorkerLost | TrainerLost | None = None
        self._before: KeptStatistics | None = None

    @property
    def trainer(self) -> gluon.Trainer:
        """The optimiser and its state."""
        return self.stepper.trainer

    @property
    def steps_per_epoch(self) -> int:
        """Optimiser steps; the last one of an epoch takes the batches that are left."""
        return -(-self.task.steps_per_epoch // self.spec.hyper.accumulate)

    @property
    def total_steps(self) -> int:
        """Optimiser steps of the whole run, unless it ends early."""
        steps, limit = self.steps_per_epoch * self.spec.hyper.epochs, self.spec.hyper.max_steps
        return min(steps, limit or steps)

    def run(self) -> Outcome:
        """Train until the epochs are over, the steps are, no better metric comes, or a command
        says so.

        Raises:
            Diverged: the loss, a gradient or a parameter is no finite number any more.
            WorkerLost: a process that reads batches has died. There is a checkpoint of where the
                run stood.
            TrainerLost: a process of the group has, and there is one as well.
        """
        hyper = self.spec.hyper
        kept: Position | None = None
        for epoch in range(self.position.epoch, hyper.epochs + 1):
            if self._over():
                break
            try:
                self._train(epoch)
            except TrainerLost as error:
                self._lost = error
                if self._before is not None:
                    self._before.put_back()  # of a step that was not made
            if self._over():
                break
            self.outcome.epochs = epoch
            better = False
            if self._validation_due(epoch):
                better = self._validate(epoch)
                if self.should_stop():
                    break
            self.position = Position(epoch + 1)
            if hyper.checkpoint_every and (better or epoch % hyper.checkpoint_every == 0):
                self._keep()
                kept = self.position
        if self._lost is not None and not self._ended():
            if self.outcome.steps and kept != self.position:
                self._keep()
            raise self._lost
        through = self.position.epoch > hyper.epochs or self._no_better()
        self.outcome.stopped = self.should_stop() and not through
        if self.outcome.stopped:
            if self.outcome.steps and kept != self.position and self.orders.checkpoint_at_stop:
                self._keep()
        elif self._no_better():
            self._tell_no_better()
        elif self.outcome.epochs < hyper.epochs and not self._is_validated():
            # Ended by the limit on steps, within an epoch: it has not been measured yet.
            self._validate(self.outcome.epochs + 1)
        refuse_infinite_values(self.task.net, self.outcome.steps)
        self.outcome.seconds = time.monotonic() - self._began
        return self.outcome

    def _train(self, epoch: int) -> None:
        """The batches of an epoch that are still to come."""
        done = self.position.batch if epoch == self.position.epoch else 0
        if self.plans is not None and not done:
            self.plans.begin_epoch(epoch, self.outcome.steps)
        self.reader.begin(epoch, done)
        self.task.train_mode()
        rate = PictureRate()
        last = self.task.steps_per_epoch
        batch = self._read(epoch, done) if done < last and not self._over() else None
        while done < last and not self._over():
            if done and self._validation_due_within():
                self._validate_within(epoch)
                rate.begin()
                if self._over():
                    break
            self._between_batches(epoch, rate)
            if self._over():
                break
            if self.group is not None and self.plans is not None:
                plans = self.plans
                self._before = KeptStatistics(plans.net, plans.tree, plans.resolution)
            until = min(last, done + self.spec.hyper.accumulate)
            while done < until:
                if self.group is not None:
                    self.group.take(epoch, done)
                seed_everything(self.spec.seed, *of_batch(epoch, done, step=True))
                self._added(self.stepper.add(batch))
                done += 1
                batch = self._read(epoch, done) if done < last else None
                if batch is None and done < until:
                    # Half a step cannot be kept: of a worker that is lost, this is the last.
                    assert self.reader.workers is not None
                    batch = self.reader.workers.source.read(epoch, done)
            step = self.outcome.steps + 1
            learning_rate = self._rate.at(step)
            if self.group is not None:
                self._make_together(self.group, step, learning_rate)
            stepped = self.stepper.step(step, learning_rate)
            self._before = None
            self.outcome.steps = step
            self.position = Position(epoch, done)
            self.measured = None
            self._tell(stepped, learning_rate, rate)

    def _added(self, pictures: int) -> None:
        if self.group is not None:
            self.group.speed.add(pictures)

    def _make_together(self, group: Group, step: int, learning_rate: float) -> None:
        """Have the others make this step too. They wait in it for this process: nothing may come
        in between."""
        if group.speed.measures:
            self.stepper.wait()
            group.speed.back()
        group.speed.made()
        group.make(step, learning_rate)

    def _between_batches(self, epoch: int, rate: PictureRate) -> None:
        """Carry out what the run was told, and wait for as long as it is paused."""
        waited, began = False, time.monotonic()
        while True:
            if self.group is not None:
                self.group.check()
            if self.plans is not None:
                self.plans.between_batches(self.outcome.steps)
                if self.group is not None:
                    self.group.change(self.plans.plan)
            self._rate.between_batches()
            while (order := self.orders.take()) is not None:
                match order:
                    case KeepCheckpoint():
                        self._keep_now()
                    case Validate():
                        self._validate_now(epoch)
                    case SetLearningRate(learning_rate):
                        self._rate.change(learning_rate)
                rate.begin()
            if not self.orders.paused:
                break
            if not waited:
                waited = True
                self.emit(Paused(self.outcome.steps))
            self.orders.wait()
        if waited:
            self._began += time.monotonic() - began  # a pause is no training
            rate.begin()
            if not self.should_stop():
                self.emit(Continued(self.outcome.steps))

    def _keep_now(self) -> None:
        if self.outcome.steps:
            self._keep()
        else:
            self.emit(Notice("no checkpoint was written: no step has been made yet"))

    def _validate_now(self, epoch: int) -> None:
        # It says nothing about whether the run gets better: it is not one of its own validations.
        outcome = self.outcome
        own = outcome.peak, outcome.since_peak, outcome.validated_at
        self._validate(epoch)
        outcome.peak, outcome.since_peak, outcome.validated_at = own
        self.task.train_mode()

    def _validation_due(self, epoch: int) -> bool:
        """Whether to measure at the end of this epoch. A run that was stopped there may have."""
        hyper = self.spec.hyper
        if self._is_validated():
            return False
        if hyper.validate_every_steps:
            return epoch == hyper.epochs or self._validation_due_within()
        return epoch == hyper.epochs or epoch % hyper.validate_every == 0

    def _validation_due_within(self) -> bool:
        every = self.spec.hyper.validate_every_steps
        return bool(every) and self.outcome.steps % every == 0 and not self._is_validated()

    def _is_validated(self) -> bool:
        return self.outcome.validated_at == self.outcome.steps

    def _validate_within(self, epoch: int) -> None:
        better = self._validate(epoch)
        # The network is as validation left it: a detector would give detections, not losses.
        self.task.train_mode()
        if better and self.spec.hyper.checkpoint_every and not self.should_stop():
            self._keep()

    def _read(self, epoch: int, number: int) -> Any:
        """A batch; None where the worker that was to read it is lost."""
        batch = None
        try:
            batch = self.reader.read(epoch, number)
        except WorkerLost as error:
            self._lost = error
        self.tell_skipped()
        return batch

    def _over(self) -> bool:
        return self._ended() or self._lost is not None

    def _ended(self) -> bool:
        limit = self.spec.hyper.max_steps
        return (
            self.should_stop() or bool(limit and self.outcome.steps >= limit) or self._no_better()
        )

    def _no_better(self) -> bool:
        patience = self.spec.hyper.patience
        return bool(patience) and self.outcome.since_peak >= patience

    def _tell_no_better(self) -> None:
        peak, patience = self.outcome.peak, self.spec.hyper.patience
        self.emit(
            Notice(
                f"{self.metric} has not been better than {peak:.4f} in "
                f"{patience} validation{'s' * (patience != 1)}: the run ends early"
            )
        )

    def _keep(self) -> None:
        refuse_infinite_values(self.task.net, self.outcome.steps)
        self.outcome.seconds = time.monotonic() - self._began
        self.keep(self)

    def _tell(self, stepped: Stepped, learning_rate: float, rate: PictureRate) -> None:
        self.emit(
            Step(
                self.outcome.steps,
                self.position.epoch,
                stepped.loss,
                stepped.parts,
                learning_rate,
                rate.add(stepped.pictures),
                self.group.speeds() if self.group is not None else (),
            )
        )

    def _validate(self, epoch: int) -> bool:
        """Measure; returns whether the metric is the best so far."""
        self.emit(Phase("validating"))
        metric = self.task.validate(self.should_stop)
        self.tell_skipped()
        better = False
        if metric is not None:
            outcome = self.outcome
            outcome.value = self.measured = metric.value
            outcome.validated_at = outcome.steps
            confusion = metric.confusion
            better = outcome.peak is None or metric.value > outcome.peak
            if better:
                outcome.peak, outcome.since_peak = metric.value, 0
            else:
                outcome.since_peak += 1
            self.emit(
                Validated(
                    epoch,
                    outcome.steps,
                    self.metric,
                    metric.value,
                    metric.per_class,
                    dict(metric.beside),
                    confusion.worst() if confusion else (),
                    self.write_confusion(confusion) if confusion else "",
                )
            )
            self.sample(outcome.steps)
        self.emit(Phase("training"))
        return better
