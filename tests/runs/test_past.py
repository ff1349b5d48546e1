"""What a run's log says of its past."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.runs.examples import SPEC
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import (
    Checkpointed,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    PlanApplied,
    Reason,
    Resumed,
    RunStarted,
    Step,
)
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventWriter
from tui.runs.past import Past, read_past, why_not_started
from tui.runs.plan_change import plan_in_force

START = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
HEAD = FreezePlan((Rule("thaw", "role", "head"),))
ALL = FreezePlan((Rule("thaw", "all"),))
NECK = FreezePlan((Rule("thaw", "role", "neck"),))

GONE = RunStarted(12, 1.0, "m", "ssd", "shapes")


def changed(step: int, reason: Reason, plan: FreezePlan | None = None) -> PlanApplied:
    return PlanApplied(step, 1, reason, 1, 1, 1, 2, plan=plan)


def stepped(step: int) -> Step:
    return Step(step, 1, 1.0, {}, 0.1, 1.0)


def finished(*, stopped: bool) -> Finished:
    return Finished(stopped, 7, 1, 1.0, "weights/final.params")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return create_run(SPEC, START, tmp_path / "run")


def write(folder: RunFolder, *log: Event) -> Past:
    writer = EventWriter(folder.events_file)
    for event in log:
        writer.write(event)
    writer.close()
    return read_past(folder)


def test_a_run_that_was_never_started(folder: RunFolder) -> None:
    assert read_past(folder) == Past()
    assert why_not_started(folder, read_past(folder)) == ""
    assert plan_in_force(folder) == START


def test_changes_by_hand_by_step(folder: RunFolder) -> None:
    past = write(
        folder,
        GONE,
        changed(3, "schedule"),
        Checkpointed(4, 2, "checkpoints/00000004"),
        changed(5, "by hand", HEAD),
        changed(8, "by hand", ALL),
        stepped(9),
    )
    assert past.by_hand == past.in_force == {5: HEAD, 8: ALL}
    assert past.checkpointed == {4}
    assert past.steps == 9
    assert plan_in_force(folder) == ALL


def test_after_a_resume_changes_are_still_to_be_made(folder: RunFolder) -> None:
    write(folder, GONE, changed(5, "by hand", HEAD), changed(8, "by hand", ALL), stepped(9))
    past = write(folder, GONE, Resumed(6, 2))
    assert past.by_hand == {5: HEAD, 8: ALL}
    assert past.steps == 6
    assert plan_in_force(folder) == HEAD
    past = write(folder, changed(8, "replayed", ALL))
    assert past.by_hand == {5: HEAD, 8: ALL}
    assert plan_in_force(folder) == ALL


def test_a_new_change_ends_what_was_still_to_be_made(folder: RunFolder) -> None:
    write(folder, GONE, changed(5, "by hand", HEAD), changed(8, "by hand", ALL), stepped(9))
    past = write(folder, GONE, Resumed(6, 2), changed(7, "by hand", NECK))
    assert past.by_hand == {5: HEAD, 7: NECK}


def test_a_rate_that_ended_the_run_is_not_set_again(folder: RunFolder) -> None:
    changed_rate = LearningRateChanged(5, 100.0, 1e5)
    assert write(folder, GONE, changed_rate, stepped(6)).rates == {5: 1e5}
    assert write(folder, Failed("no number", diverged=True)).rates == {}
    assert write(folder, GONE, changed_rate, Failed("no memory")).rates == {5: 1e5}


def test_a_complete_run_is_not_started_again(folder: RunFolder) -> None:
    past = write(folder, GONE, finished(stopped=False))
    line = why_not_started(folder, past)
    assert "this run is complete, 7 steps" in line
    assert "into a new folder" in line
    assert "\n" not in line


@pytest.mark.parametrize("last", [stepped(7), finished(stopped=True), Failed("no memory")])
def test_a_run_that_ended_early_is(folder: RunFolder, last: Event) -> None:
    assert why_not_started(folder, write(folder, GONE, last)) == ""


def test_a_run_that_is_going_on_is_not_started_twice(folder: RunFolder) -> None:
    me = psutil.Process()
    past = write(folder, RunStarted(me.pid, me.create_time(), "m", "ssd", "shapes"), stepped(1))
    assert f"is going on (process {me.pid})" in why_not_started(folder, past)
