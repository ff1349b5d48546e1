"""The learning rate of a run, by schedule and by hand."""

from __future__ import annotations

import pytest

from tui.engine.rate_in_force import RateInForce
from tui.runs.checkpoint import Outcome
from tui.runs.events import Event, LearningRateChanged
from tui.runs.spec import Hyperparameters

HALVED = Hyperparameters(
    epochs=4, learning_rate=0.8, schedule="step", decay_epochs=(1, 2, 3), decay_factor=0.5
)
"""One step an epoch: 0.8, 0.4, 0.2, 0.1."""


def in_force(
    outcome: Outcome, told: list[Event], replays: dict[int, float] | None = None
) -> RateInForce:
    return RateInForce(HALVED, 1, 4, outcome, told.append, replays)


def test_by_schedule_alone() -> None:
    rate = in_force(Outcome(), [])
    assert [rate.at(step) for step in range(1, 5)] == pytest.approx([0.8, 0.4, 0.2, 0.1])


def test_what_is_set_is_the_next_step_s_and_the_schedule_goes_on_from_it() -> None:
    outcome, told = Outcome(steps=2), []
    rate = in_force(outcome, told)
    rate.change(1.0)
    assert [rate.at(3), rate.at(4)] == pytest.approx([1.0, 0.5])
    (event,) = told
    assert isinstance(event, LearningRateChanged)
    assert (event.step, event.learning_rate, event.factor) == pytest.approx((2, 1.0, 5.0))
    # Kept with the run's outcome, and so in its checkpoints.
    assert in_force(outcome, []).at(4) == pytest.approx(0.5)


def test_a_change_of_before_a_resume_is_made_again_at_its_step() -> None:
    outcome, told = Outcome(steps=1), []
    rate = in_force(outcome, told, {2: 5.0})
    rate.between_batches()
    assert told == []
    outcome.steps = 2
    rate.between_batches()
    rate.between_batches()
    assert told == [LearningRateChanged(2, pytest.approx(1.0), 5.0, replayed=True)]


def test_who_changes_it_now_has_seen_what_is() -> None:
    outcome, told = Outcome(steps=1), []
    rate = in_force(outcome, told, {2: 5.0})
    rate.change(0.4)
    outcome.steps = 2
    rate.between_batches()
    assert len(told) == 1


WARMED = Hyperparameters(epochs=8, learning_rate=0.8, warmup_steps=4)
"""One step an epoch: 0.2, 0.4, 0.6, 0.8, 0.8, ..."""


def test_in_the_warm_up_what_is_set_holds_from_then_on() -> None:
    outcome, told = Outcome(steps=1), []
    rate = RateInForce(WARMED, 1, 8, outcome, told.append)
    assert [rate.at(step) for step in (1, 2, 4)] == pytest.approx([0.2, 0.4, 0.8])
    rate.change(0.1)
    assert [rate.at(step) for step in (2, 3, 4, 5, 8)] == pytest.approx([0.1] * 5)
    assert told == [LearningRateChanged(1, pytest.approx(0.1), pytest.approx(0.125))]
    # A checkpoint of then goes on likewise, and so does one of before, in which it is made again.
    assert RateInForce(WARMED, 1, 8, outcome, told.append).at(3) == pytest.approx(0.1)
    again = RateInForce(WARMED, 1, 8, Outcome(steps=1), told.append, {1: 0.125})
    again.between_batches()
    assert again.at(2) == pytest.approx(0.1)
