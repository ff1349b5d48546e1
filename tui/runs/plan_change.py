"""A run's plan, changed while it goes on: sent to its trainer, and told in words."""

from __future__ import annotations

from tui.model.plan import FreezePlan, describe
from tui.model.plan_file import read_plan
from tui.runs.control import ChangePlan, Reply, send
from tui.runs.events import PlanApplied
from tui.runs.folder import RunFolder
from tui.runs.past import read_past


def change_plan(folder: RunFolder, plan: FreezePlan) -> Reply:
    """Ask a run's trainer to put a plan in force between two batches, in place of the whole plan
    so far. The reply says whether it will, and if not, why; that it has is a PlanApplied event.

    Raises:
        ControlError: nobody listens, or no reply came in time.
    """
    return send(folder.socket, ChangePlan(plan))


def plan_in_force(folder: RunFolder) -> FreezePlan:
    """The plan that a run goes by now: plan.toml, or what was put in its place by hand.

    Raises:
        TomlError: plan.toml cannot be used.
    """
    changes = read_past(folder).in_force
    return changes[max(changes)] if changes else read_plan(folder.plan_file)


REASONS = {
    "schedule": "by schedule",
    "by hand": "by hand",
    "replayed": "by hand, as before the resume",
}


def change_in_words(event: PlanApplied) -> str:
    """One line for a change of what trains: `epoch 3, by schedule: 48 parameters train, 97
    frozen (thaw role trunk)`."""
    line = (
        f"epoch {event.epoch}, {REASONS[event.reason]}: "
        f"{event.trainable_parameters} parameters train, {event.frozen_parameters} frozen"
    )
    rules = [describe(rule).removesuffix(f" from epoch {rule.epoch}") for rule in event.rules]
    shown = "; ".join(rules[:2]) + (f"; {len(rules) - 2} more" if len(rules) > 2 else "")
    return f"{line} ({shown})" if rules else line
