"""A run, from its folder's two files, or its newest checkpoint, to weights and a proof."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block

from tui.engine.checkpoints import Checkpoints, restore
from tui.engine.confusion import Confusion
from tui.engine.datasets.data import Data
from tui.engine.devices import parse_contexts
from tui.engine.distribution.begin import begin_group, refuse_too_many
from tui.engine.distribution.exchange import DeviceExchange, Exchange
from tui.engine.distribution.group import Group
from tui.engine.distribution.lost import TrainerLost
from tui.engine.distribution.placing import devices_of, places_of, with_devices
from tui.engine.distribution.rendezvous import Joined
from tui.engine.distribution.spread import spread
from tui.engine.distribution.together import begin_together, proofs, statistics_of_parts
from tui.engine.divergence import Diverged
from tui.engine.feature_cache.begin import begin_caching
from tui.engine.first_batch import check_first_batch
from tui.engine.input.begin import begin_workers
from tui.engine.loop import Loop
from tui.engine.orders import Orders
from tui.engine.plan_in_force import PlanInForce
from tui.engine.predictors import predictor_for
from tui.engine.recipes.recipe import Recipe
from tui.engine.refusal import Refusal
from tui.engine.samples import Samples
from tui.engine.saving import save_parameters
from tui.engine.set_up import build_network, read_data
from tui.engine.sources.built import Built
from tui.model.plan import FreezePlan
from tui.runs.checkpoint import (
    WEIGHTS,
    CheckpointError,
    Found,
    Outcome,
    Position,
    clear_unfinished,
    newest_checkpoint,
    set_aside_after,
)
from tui.runs.events import Event, Finished, Notice, Phase, Prepared, Resumed
from tui.runs.folder import RunFolder
from tui.runs.past import Past
from tui.runs.proof_file import write_proof
from tui.runs.spec import RunSpec
from tui.runs.states_file import write_states
from tui.whole_file import whole_file


@dataclass
class Run:
    """Carries out the run of a folder. `past` is what its log says of earlier starts, `written`
    tells how many events the log holds, `should_stop` is asked between batches.

    `joined` is what it has in common with the processes that a cluster's launcher has started
    beside it; without it, the run starts those that it needs.

    `plans` is there as soon as the network is, `loop` as soon as it trains.
    """

    folder: RunFolder
    spec: RunSpec
    plan: FreezePlan
    past: Past
    emit: Callable[[Event], None]
    written: Callable[[], int]
    should_stop: Callable[[], bool]
    orders: Orders = field(default_factory=Orders)
    plans: PlanInForce | None = None
    loop: Loop | None = None
    joined: Joined | None = None
    _group: Group | None = None

    def carry_out(self) -> None:
        """All of it, or what a checkpoint leaves of it.

        Raises:
            Refusal: it cannot be done.
            Diverged: the loss, a gradient or a parameter is no finite number any more.
            PatternError: one of the plan's patterns cannot be used.
            WorkerLost: a process that reads its pictures has died.
            TrainerLost: a process that it is divided over has; what can be kept is kept.
        """
        try:
            self._carry_out()
        finally:
            if self.loop is not None and self.loop.reader.workers is not None:
                self.loop.reader.workers.close()
            if self._group is not None:
                self._group.close(all_is_well=False)

    def _carry_out(self) -> None:
        found = self._find_checkpoint()
        spec = self._own_spec()
        self._group = begin_group(
            self.spec,
            self.folder.path,
            self.joined,
            lambda line: self.emit(Notice(line)),
            self.orders.wake,
        )
        recipe, built = build_network(spec, self.emit)
        data = read_data(self.spec, recipe, built, self.emit)
        if self.spec.hyper.patience and not len(data.validation):
            raise Refusal(
                "patience waits for a better metric, and there are no validation pictures to "
                "measure one on; set it to 0"
            )
        contexts = parse_contexts(spec.model.ctx)
        spread(built.net, contexts)
        refuse_too_many(self.spec.distribution.processes, len(data.train))
        self.emit(Phase("applying the plan"))
        plans = self._apply_plan(built.net, found)
        self.emit(Phase("preparing the first batch"))
        checkpoint = found.checkpoint
        task = recipe.prepare(built, data, self.spec.hyper)
        processes = self.spec.distribution.processes
        task.divide(0, processes)
        task = begin_caching(
            task,
            self.spec,
            built,
            data,
            plans,
            self.folder.features,
            self.emit,
            self.folder.features_beside(0, processes),
        )
        checkpoints = Checkpoints(
            self.folder,
            plans,
            checkpoint.begun_with if checkpoint else self.plan,
            len(data.train),
            self.emit,
            self.written,
        )
        loop = self.loop = Loop(
            task,
            self.spec,
            recipe.info.metric,
            self.emit,
            self.should_stop,
            plans,
            orders=self.orders,
            rates=self._rates(checkpoint.outcome.steps if checkpoint else 0),
            keep=checkpoints.write,
            position=checkpoint.position if checkpoint else Position(),
            outcome=checkpoint.outcome if checkpoint else Outcome(),
            tell_skipped=lambda: self._tell_skipped(data),
            write_confusion=self._write_confusion,
            sample=self._sampling(built, data, recipe),
            contexts=contexts,
            exchange=self._exchange(contexts),
            group=self._group,
            names=recipe.info.losses,
        )
        self._tell_prepared(recipe, data, loop, plans)
        parts = len(contexts) * self.spec.distribution.processes
        if (of_parts := statistics_of_parts(parts, plans)) is not None:
            self.emit(of_parts)
        if checkpoint:
            if checkpoint.pictures != len(data.train):
                raise Refusal(
                    f"the data had {checkpoint.pictures} training pictures at the checkpoint "
                    f"{found.path.name}, and has {len(data.train)} now; put back what has "
                    "changed, or make a new run"
                )
            restore(found, built.net, loop, plans)
        if self._group is not None:
            begin_together(self._group, found, plans)
        # They start up while the first batch is checked, which is read without them.
        loop.reader.workers = begin_workers(task, self.spec, data, self.emit)
        if self.past.started is not None:
            set_aside_after(self.folder, loop.outcome.steps)
            self.emit(Resumed(loop.outcome.steps, loop.position.epoch, loop.outcome.seconds))
        if loop.outcome.steps < loop.total_steps:
            self.emit(Phase("checking the first batch"))
            self.emit(check_first_batch(loop, plans, data, recipe.task))
        plans.begin(loop.outcome.steps + 1, checkpoint.proof if checkpoint else None)
        self.emit(Phase("training"))
        try:
            outcome = loop.run()
        except Diverged as error:
            raise Diverged(f"{error}; {self._last_good()}") from error
        except TrainerLost as error:
            raise TrainerLost(f"{error}; {self._goes_on()}") from error
        plans.close()
        self.orders.close()
        self._finish(built.net, plans, outcome, recipe.info.metric)

    def _find_checkpoint(self) -> Found:
        clear_unfinished(self.folder)
        try:
            found = newest_checkpoint(self.folder, self.past.checkpointed)
        except CheckpointError as error:
            raise Refusal(str(error)) from None
        checkpoint = found.checkpoint
        where = f"from step {checkpoint.outcome.steps}" if checkpoint else "from the beginning"
        for problem in found.problems:
            self.emit(Notice(f"{problem}; going on {where}"))
        if checkpoint and checkpoint.spec != self.spec:
            self.emit(Notice("run.toml was changed since the checkpoint; what it says now holds"))
        if checkpoint and checkpoint.begun_with != self.plan:
            self.emit(
                Notice(
                    "plan.toml was changed since the run began: the plan in force goes on; "
                    "thaw plan set changes it"
                )
            )
        return found

    def _apply_plan(self, net: Block, found: Found) -> PlanInForce:
        checkpoint = found.checkpoint
        steps, plan, epoch = 0, self.plan, 1
        if checkpoint:
            steps, plan = checkpoint.outcome.steps, checkpoint.plan
            # What waits for an epoch comes into force when that begins, not before.
            epoch = max(1, checkpoint.position.epoch - (not checkpoint.position.batch))
        self.plans = PlanInForce(
            net,
            plan,
            self.spec.hyper.epochs,
            self.emit,
            epoch=epoch,
            accumulate=self.spec.hyper.accumulate > 1,
            replays={at: plan for at, plan in self.past.by_hand.items() if at >= steps},
            changed=self._write_states,
        )
        return self.plans

    def _own_spec(self) -> RunSpec:
        """The run with the devices of this process alone."""
        if self.joined is not None or self.spec.distribution.processes == 1:
            return self.spec
        places = places_of(self.spec.distribution)
        return with_devices(self.spec, devices_of(self.spec.model.ctx, places)[0])

    def _exchange(self, contexts: Sequence[mx.Context]) -> Exchange | None:
        if self._group is not None:
            self.emit(Phase(f"waiting for {self._group.processes} processes to be up"))
            return self._group.meet()
        return DeviceExchange() if len(contexts) > 1 else None

    def _part(self) -> None:
        group, self._group = self._group, None
        if group is not None:
            group.close(all_is_well=True)

    def _goes_on(self) -> str:
        good = newest_checkpoint(self.folder, set())
        if good.checkpoint is None:
            return "no step was kept; start the run again"
        step = good.checkpoint.outcome.steps
        return f"the run is kept as it was after step {step}, and goes on when it is started again"

    def _write_states(self, step: int) -> None:
        assert self.plans is not None
        file = self.folder.states_file
        try:
            write_states(file, self.plans.states(step))
        except OSError as error:
            self._could_not_write(file, error)

    def _could_not_write(self, file: Path, error: OSError) -> None:
        self.emit(Notice(f"{file.name} could not be written: {error.strerror or error}"))

    def _rates(self, steps: int) -> dict[int, float]:
        return {at: factor for at, factor in self.past.rates.items() if at >= steps}

    def _last_good(self) -> str:
        good = newest_checkpoint(self.folder, set())
        if good.checkpoint is None:
            return "there is no checkpoint yet; make learning_rate in run.toml smaller"
        outcome = good.checkpoint.outcome
        last = f"the last good checkpoint is of step {outcome.steps}"
        if self.loop is not None and self.loop.outcome.rate_factor != outcome.rate_factor:
            return (
                f"{last}; start the run again to go on from it with the learning rate of then: "
                "what was set by hand since is not set again"
            )
        return (
            f"{last}; make learning_rate in run.toml smaller and start the run again, to go on "
            "from it"
        )

    def _write_confusion(self, confusion: Confusion) -> str:
        file = self.folder.confusion_file
        try:
            confusion.write(file)
        except OSError as error:
            self._could_not_write(file, error)
            return ""
        return file.name

    def _sampling(self, built: Built, data: Data, recipe: Recipe) -> Callable[[int], None]:
        predictor = predictor_for(built)
        if predictor is None or not len(data.validation):
            return lambda _: None
        return Samples(self.folder, predictor, data, recipe.task, self.emit).write

    def _tell_skipped(self, data: Data) -> None:
        for name, why in data.skipped.new():
            count = data.skipped.count
            self.emit(Notice(f"{name}: {why}; skipped, {count} so far; another takes its place"))

    def _tell_prepared(self, recipe: Recipe, data: Data, loop: Loop, plans: PlanInForce) -> None:
        hyper, totals = self.spec.hyper, plans.tree.totals(plans.resolution.states)
        self.emit(
            Prepared(
                train_pictures=len(data.train),
                validation_pictures=len(data.validation),
                steps_per_epoch=loop.steps_per_epoch,
                epochs=hyper.epochs,
                total_steps=loop.total_steps,
                trainable_parameters=totals.trainable_parameters,
                frozen_parameters=totals.frozen_parameters,
                trainable_values=totals.trainable_values,
                values=totals.values,
                metric=recipe.info.metric,
            )
        )

    def _finish(self, net: Block, plans: PlanInForce, outcome: Outcome, metric: str) -> None:
        self.emit(Phase("writing the weights"))
        weights = self.folder.weights / "final.params"
        save_weights(net, weights)
        where = str(weights.relative_to(self.folder.path))
        best = self._save_best(outcome)
        self.emit(Phase("comparing with before"))
        plans.settle()
        plans.witness.end(outcome.steps)
        if plans.witness.intervals:
            write_proof(self.folder.proof_file, plans.witness.proof_file(where))
            proof = plans.witness.proof()
            for event in proofs(self._group, proof, plans) if self._group else (proof,):
                self.emit(event)
        self._part()
        if not outcome.stopped:
            # It goes on no more: what was kept for later epochs only takes room.
            shutil.rmtree(self.folder.features, ignore_errors=True)
            shutil.rmtree(self.folder.others, ignore_errors=True)
        self.emit(
            Finished(
                stopped=outcome.stopped,
                steps=outcome.steps,
                epochs=outcome.epochs,
                seconds=outcome.seconds,
                weights=where,
                metric=metric,
                value=outcome.value,
                best_weights=best,
                best_step=outcome.best_step if best else None,
            )
        )

    def _save_best(self, outcome: Outcome) -> str:
        """Put the weights of the best checkpoint beside the last ones, where they are others.
        Returns their path in the run folder; empty where there are none."""
        best = self.folder.weights / "best.params"
        best.unlink(missing_ok=True)  # of an earlier stop
        if outcome.best_step in (None, outcome.steps):
            return ""
        kept = self.folder.checkpoints / f"{outcome.best_step:08d}" / WEIGHTS
        try:
            with whole_file(best) as temporary:
                shutil.copyfile(kept, temporary)
        except OSError as error:
            self.emit(Notice(f"the best weights could not be copied: {error}"))
            return ""
        return str(best.relative_to(self.folder.path))


def save_weights(net: Block, path: Path) -> None:
    """Write a network's weights by structure name, whole or not at all.

    Raises:
        OSError: the disk is full, gone or may not be written.
    """
    with whole_file(path) as temporary:
        save_parameters(net, temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
