"""What a run's log says of its past: whether it may be started, and what is to be made again."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.model.plan import FreezePlan
from tui.runs.events import (
    Checkpointed,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    PlanApplied,
    Resumed,
    RunStarted,
    Step,
)
from tui.runs.folder import RunFolder, attach_command
from tui.runs.log import EventReader
from tui.runs.trainer import is_alive


@dataclass
class Past:
    """A run so far. `by_hand` are the plans that were put in force by hand, by how many steps
    had been done then, and `in_force` those of them that the run has come to since it was last
    resumed; `rates` are the learning rates that were set by hand, as factors of the run's own, by
    steps done, but for those after which the loss was no number any more; `checkpointed` are the
    steps after which a checkpoint was written."""

    started: RunStarted | None = None
    finished: Finished | None = None
    steps: int = 0
    by_hand: dict[int, FreezePlan] = field(default_factory=dict)
    in_force: dict[int, FreezePlan] = field(default_factory=dict)
    rates: dict[int, float] = field(default_factory=dict)
    checkpointed: set[int] = field(default_factory=set)

    def add(self, event: Event) -> None:
        """Take one event, in the log's order."""
        match event:
            case RunStarted():
                self.started, self.finished = event, None
            case Finished():
                self.finished = event
            case Failed(diverged=True):
                # One of these may be why: made again, they would end each new start likewise.
                self.rates.clear()
            case Resumed(step):
                self.steps = step
                self.in_force = {at: plan for at, plan in self.in_force.items() if at < step}
            case Step(step):
                self.steps = step
            case Checkpointed(step):
                self.checkpointed.add(step)
            case LearningRateChanged(step, replayed=False):
                self.rates = {at: factor for at, factor in self.rates.items() if at < step}
                self.rates[step] = event.factor
            case PlanApplied(step, plan=FreezePlan() as plan):
                self.in_force[step] = plan
                if event.reason == "by hand":
                    # Made after a resume, a change takes the place of those that were still to
                    # be made again.
                    self.by_hand = {at: one for at, one in self.by_hand.items() if at < step}
                    self.by_hand[step] = plan
            case _:
                pass


def read_past(folder: RunFolder) -> Past:
    """Read a run's log from its beginning; a run that was never started has none."""
    past = Past()
    reader = EventReader(folder.events_file)
    while envelopes := reader.read():
        for envelope in envelopes:
            past.add(envelope.event)
    return past


def going_on(folder: RunFolder, started: RunStarted | None = None) -> str:
    """That a run has a trainer, and where to see it, in one line."""
    who = f" (process {started.pid})" if started else ""
    return f"{folder.path}: this run is going on{who}; {attach_command(folder)} shows it"


def why_not_started(folder: RunFolder, past: Past) -> str:
    """Why the trainer of a run must not be started now, in one line; empty where it may be."""
    if past.started is not None and past.finished is None and is_alive(folder, past.started):
        return going_on(folder, past.started)
    if past.finished is not None and not past.finished.stopped:
        return (
            f"{folder.path}: this run is complete, {past.finished.steps} steps; to train again, "
            "copy run.toml and plan.toml into a new folder"
        )
    return ""
