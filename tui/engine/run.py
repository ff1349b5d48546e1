"""A run, from its folder's two files, or its newest checkpoint, to weights and a proof."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mxnet.gluon import Block

from tui.engine.checkpoints import Checkpoints, restore
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.loop import Loop
from tui.engine.plan_in_force import PlanInForce
from tui.engine.recipes import recipe_named
from tui.engine.recipes.recipe import Recipe
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.plan import FreezePlan
from tui.runs.checkpoint import (
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

NOTICES = 10
"""How many problems of a data set become notices of their own."""


@dataclass
class Run:
    """Carries out the run of a folder. `past` is what its log says of earlier starts, `written`
    tells how many events the log holds, `should_stop` is asked between batches.

    `plans` is there as soon as the network is, `loop` as soon as it trains.
    """

    folder: RunFolder
    spec: RunSpec
    plan: FreezePlan
    past: Past
    emit: Callable[[Event], None]
    written: Callable[[], int]
    should_stop: Callable[[], bool]
    plans: PlanInForce | None = None
    loop: Loop | None = None

    def carry_out(self) -> None:
        """All of it, or what a checkpoint leaves of it.

        Raises:
            Refusal: it cannot be done.
            PatternError: one of the plan's patterns cannot be used.
        """
        recipe = recipe_named(self.spec.recipe)
        found = self._find_checkpoint()
        built = build(self.spec.model, lambda doing: self.emit(Phase(doing)))
        for note in built.notes:
            self.emit(Notice(note))
        if not recipe.fits(built):
            raise Refusal(
                f"the {self.spec.recipe} recipe does not train a {type(built.net).__name__}; "
                "open the model anew and press t, which takes the one that does"
            )
        if self.spec.model.classes:
            recipe.check_classes(built)
        data = self._read_data(recipe, built)
        self.emit(Phase("applying the plan"))
        plans = self._apply_plan(built.net, found)
        self.emit(Phase("preparing the first batch"))
        checkpoint = found.checkpoint
        task = recipe.prepare(built, data, self.spec.hyper)
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
            checkpoints.write,
            checkpoint.position if checkpoint else Position(),
            checkpoint.outcome if checkpoint else Outcome(),
            lambda: self._tell_skipped(data),
        )
        self._tell_prepared(recipe, data, loop, plans)
        if checkpoint:
            if checkpoint.pictures != len(data.train):
                raise Refusal(
                    f"the data had {checkpoint.pictures} training pictures at the checkpoint "
                    f"{found.path.name}, and has {len(data.train)} now; put back what has "
                    "changed, or make a new run"
                )
            restore(found, built.net, loop, plans)
        if self.past.started is not None:
            set_aside_after(self.folder, loop.outcome.steps)
            self.emit(Resumed(loop.outcome.steps, loop.position.epoch, loop.outcome.seconds))
        plans.begin(loop.outcome.steps + 1, checkpoint.proof if checkpoint else None)
        self.emit(Phase("training"))
        outcome = loop.run()
        plans.close()
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
            replays={at: plan for at, plan in self.past.by_hand.items() if at >= steps},
        )
        return self.plans

    def _read_data(self, recipe: Recipe, built: Built) -> Data:
        self.emit(Phase("reading the data"))
        data = load_data(self.spec.data, recipe.task, built.classes)
        for problem in data.problems[:NOTICES]:
            self.emit(Notice(problem.line))
        if len(data.problems) > NOTICES:
            self.emit(Notice(f"{len(data.problems) - NOTICES} more problems in the data"))
        return data

    def _tell_skipped(self, data: Data) -> None:
        for name, why in data.skipped.new():
            count = data.skipped.count
            self.emit(Notice(f"{name}: {why}; skipped, {count} so far; another takes its place"))

    def _tell_prepared(self, recipe: Recipe, data: Data, loop: Loop, plans: PlanInForce) -> None:
        hyper, totals = self.spec.hyper, plans.tree.totals(plans.resolution.states)
        steps = loop.task.steps_per_epoch * hyper.epochs
        self.emit(
            Prepared(
                train_pictures=len(data.train),
                validation_pictures=len(data.validation),
                steps_per_epoch=loop.task.steps_per_epoch,
                epochs=hyper.epochs,
                total_steps=min(steps, hyper.max_steps or steps),
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
        self.emit(Phase("comparing with before"))
        plans.witness.end(outcome.steps)
        if plans.witness.intervals:
            write_proof(self.folder.proof_file, plans.witness.proof_file(where))
            self.emit(plans.witness.proof())
        self.emit(
            Finished(
                stopped=outcome.stopped,
                steps=outcome.steps,
                epochs=outcome.epochs,
                seconds=outcome.seconds,
                weights=where,
                metric=metric,
                value=outcome.value,
            )
        )


def save_weights(net: Block, path: Path) -> None:
    """Write a network's weights by structure name, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    net.save_parameters(str(temporary))
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)
