"""A run's beginning and its proof, where several processes or devices have a part in it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tui.engine.distribution.group import Group
from tui.engine.plan_in_force import PlanInForce
from tui.engine.saving import save_parameters
from tui.engine.verification import digest_of_all
from tui.model.states import Statistic
from tui.runs.checkpoint import OPTIMIZER, WEIGHTS, Found
from tui.runs.events import Notice, Proof


def begin_together(group: Group, found: Found, plans: PlanInForce) -> None:
    """Give the other processes the weights of this one, and where the run stands: at its
    beginning, or at the checkpoint that was found.

    Raises:
        TrainerLost: one of them is gone.
    """
    checkpoint = found.checkpoint
    if checkpoint:
        optimizer = (found.path / OPTIMIZER, checkpoint.optimizer)
        steps = checkpoint.outcome.steps
        group.begin(plans.plan, plans.epoch, steps, found.path / WEIGHTS, optimizer)
        return
    with tempfile.TemporaryDirectory(prefix="thaw-") as own:
        weights = Path(own) / WEIGHTS
        save_parameters(plans.net, weights)
        group.begin(plans.plan, plans.epoch, 0, weights, None)


def statistics_of_parts(parts: int, plans: PlanInForce) -> Notice | None:
    """That batches are normalised in parts; None where they are not."""
    if parts == 1 or Statistic.MOVING not in plans.resolution.statistics.values():
        return None
    return Notice(
        f"batch statistics are of a part of each batch, of {parts} parts; the running statistics "
        "that move are those of the first, and are what is kept"
    )


def proofs(group: Group, own: Proof, plans: PlanInForce) -> tuple[Notice | Proof, ...]:
    """The proof of all processes, after what is to be told beside it."""
    digest = digest_of_all(plans.net, plans.tree, plans.resolution)
    proof, notices = group.prove(own, digest)
    return (*notices, proof)
