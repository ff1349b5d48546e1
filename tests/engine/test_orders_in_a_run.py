"""What a run is told while it goes on, and what that makes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.run_again import assert_identical, carry_out, classifier, detector, weights
from tui.engine.divergence import Diverged
from tui.engine.run import Run
from tui.runs.control import GoOn, KeepCheckpoint, Pause, SetLearningRate, Validate
from tui.runs.events import (
    Checkpointed,
    Continued,
    Event,
    Failed,
    Finished,
    LearningRateChanged,
    Paused,
    Step,
    Validated,
)
from tui.runs.folder import RunFolder
from tui.runs.log import EventWriter

Watch = Callable[[Run, Event], None]


def at(step: int, *orders: object) -> Watch:
    """Give orders when a step has been told."""

    def watch(run: Run, event: Event) -> None:
        if isinstance(event, Step) and event.step == step:
            for order in orders:
                assert run.orders.give(order) == ""  # type: ignore[arg-type]

    return watch


def of(kind: type, told: list[Event]) -> list[Event]:
    return [event for event in told if isinstance(event, kind)]


@pytest.mark.slow
@pytest.mark.parametrize("make", [detector, classifier])
def test_a_validation_and_a_checkpoint_by_hand_change_nothing(
    tmp_path: Path, make: Callable[[Path], RunFolder]
) -> None:
    calm, told = make(tmp_path), make(tmp_path)
    usual = carry_out(calm)
    events = carry_out(told, watch=at(1, Validate(), KeepCheckpoint()))
    assert len(of(Validated, events)) == len(of(Validated, usual)) + 1
    assert next(one.step for one in of(Checkpointed, events)) == 1
    assert_identical(calm, told)


@pytest.mark.slow
def test_a_pause_changes_nothing(tmp_path: Path) -> None:
    calm, paused = classifier(tmp_path), classifier(tmp_path)
    carry_out(calm)

    def watch(run: Run, event: Event) -> None:
        at(2, Pause())(run, event)
        if isinstance(event, Paused):
            threading.Thread(target=run.orders.give, args=(GoOn(),)).start()

    told = carry_out(paused, watch=watch)
    assert of(Paused, told) == [Paused(2)]
    assert of(Continued, told) == [Continued(2)]
    assert_identical(calm, paused)


@pytest.mark.slow
@pytest.mark.parametrize("die_at", [5, 8, 12])
def test_a_rate_set_by_hand_is_set_again_after_a_resume(tmp_path: Path, die_at: int) -> None:
    calm, killed = classifier(tmp_path), classifier(tmp_path)
    watch = at(4, SetLearningRate(0.1))
    told = carry_out(calm, watch=watch)
    rates = [event.learning_rate for event in of(Step, told)]
    assert rates[3:5] == pytest.approx([0.02, 0.1])
    carry_out(killed, watch=watch, die_at=die_at)
    again = carry_out(killed)
    # Checkpoints are at the ends of epochs, of three steps each.
    replayed = [one.step for one in of(LearningRateChanged, again)]
    assert replayed == ([4] if die_at < 6 else [])
    assert_identical(calm, killed)


@pytest.mark.slow
def test_a_rate_that_ended_the_run_is_not_set_again(tmp_path: Path) -> None:
    folder = classifier(tmp_path)
    with pytest.raises(Diverged, match=r"of step 3; start the run again .* is not set again"):
        carry_out(folder, watch=at(4, SetLearningRate(1e38)))
    writer = EventWriter(folder.events_file)
    writer.write(Failed("no number", diverged=True))  # as the trainer's process does
    writer.close()
    again = carry_out(folder)
    assert of(LearningRateChanged, again) == []
    assert of(Finished, again)


@pytest.mark.slow
def test_stopped_without_a_checkpoint_it_goes_on_from_an_older_one(tmp_path: Path) -> None:
    calm, stopped = classifier(tmp_path), classifier(tmp_path)
    carry_out(calm)

    def watch(run: Run, event: Event) -> None:
        if isinstance(event, Step) and event.step == 5:
            run.orders.stop("stop", checkpoint=False)

    told = carry_out(stopped, stop_at=5, watch=watch)
    (finished,) = of(Finished, told)
    assert finished.stopped
    assert [one.step for one in of(Checkpointed, told)] == [3]
    assert weights(stopped)
    again = carry_out(stopped)
    assert next(event.step for event in of(Step, again)) == 4
    assert_identical(calm, stopped)
