"""A run's checkpoints, as the trainer writes them and goes on from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block

from tui.engine.loop import Loop
from tui.engine.optimizer_state import counts, load_states, save_states
from tui.engine.plan_in_force import PlanInForce
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.saving import save_parameters
from tui.model.plan import FreezePlan
from tui.runs.checkpoint import (
    OPTIMIZER,
    WEIGHTS,
    Checkpoint,
    CheckpointError,
    Found,
    prune_checkpoints,
    write_checkpoint,
)
from tui.runs.events import Checkpointed, Event, Notice
from tui.runs.folder import RunFolder


@dataclass
class Checkpoints:
    """Writes the checkpoints of one run. `begun_with` is the plan of its plan.toml at the first
    start, `events` tells how many events the log holds."""

    folder: RunFolder
    plans: PlanInForce
    begun_with: FreezePlan
    pictures: int
    emit: Callable[[Event], None]
    events: Callable[[], int]

    def write(self, loop: Loop) -> None:
        """Write one of where the loop stands. Where that fails, the run goes on, with a
        notice."""
        outcome, tree = loop.outcome, self.plans.tree
        value = loop.measured
        before = outcome.best, outcome.best_step
        best = value is not None and (outcome.best is None or value > outcome.best)
        if best:
            outcome.best, outcome.best_step = value, outcome.steps
        checkpoint = Checkpoint(
            position=loop.position,
            outcome=outcome,
            plan=self.plans.plan,
            begun_with=self.begun_with,
            spec=loop.spec,
            pictures=self.pictures,
            steps_per_epoch=loop.task.steps_per_epoch,
            optimizer=counts(loop.trainer, tree),
            proof=self.plans.witness.keep(),
            events=self.events(),
            value=value,
        )

        def write_arrays(into: Path) -> None:
            save_parameters(loop.task.net, into / WEIGHTS)
            save_states(loop.trainer, tree, into / OPTIMIZER)

        try:
            path = write_checkpoint(self.folder, checkpoint, write_arrays)
        except OSError as error:
            outcome.best, outcome.best_step = before
            why = (error.strerror or str(error)).lower()
            self.emit(
                Notice(
                    f"no checkpoint could be written at step {outcome.steps}: {why}; "
                    "the run goes on"
                )
            )
            return
        prune_checkpoints(self.folder, loop.spec.hyper.keep_checkpoints, outcome.best_step)
        self.emit(
            Checkpointed(
                step=outcome.steps,
                epoch=loop.position.epoch,
                path=str(path.relative_to(self.folder.path)),
                best=best,
            )
        )


def restore(found: Found, net: Block, loop: Loop, plans: PlanInForce) -> None:
    """Give network and optimiser what a checkpoint holds.

    Raises:
        Refusal: it does not fit the network or the data that the run has now.
    """
    checkpoint = found.checkpoint
    assert checkpoint is not None
    if checkpoint.steps_per_epoch != loop.task.steps_per_epoch:
        raise Refusal(
            f"an epoch had {checkpoint.steps_per_epoch} steps at the checkpoint "
            f"{found.path.name}, and has {loop.task.steps_per_epoch} now: the data or the batch "
            "size is another; put back what has changed, or make a new run"
        )
    try:
        net.load_parameters(str(found.path / WEIGHTS))
        load_states(loop.trainer, plans.tree, found.path / OPTIMIZER, checkpoint.optimizer)
    except (AssertionError, ValueError, mx.MXNetError, CheckpointError) as error:
        raise Refusal(
            f"the checkpoint {found.path.name} does not fit this network: {in_one_line(error)}"
        ) from None
