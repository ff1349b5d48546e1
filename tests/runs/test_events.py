from __future__ import annotations

import math
import typing

import msgspec
import pytest

from tests.runs.examples import EVENTS
from tui.runs.events import Envelope, Event, Step, Validated


def test_there_is_an_example_of_every_event() -> None:
    assert {type(event) for event in EVENTS} == set(typing.get_args(Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_round_trip(event: Event) -> None:
    line = msgspec.json.encode(Envelope(3, 1700000000.5, event))
    assert b"\n" not in line
    assert msgspec.json.decode(line, type=Envelope) == Envelope(3, 1700000000.5, event)


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_is_read(loss: float) -> None:
    # The step of a run that goes astray is the one that a person most wants to see.
    step = Step(7, 1, loss, {"class": loss, "box": 1.0}, 0.001, 12.5)
    read = msgspec.json.decode(msgspec.json.encode(Envelope(0, 0.0, step)), type=Envelope).event
    assert isinstance(read, Step)
    assert (read.step, read.loss, read.losses) == (7, None, {"class": None, "box": 1.0})


def test_a_metric_that_is_not_a_number_is_read() -> None:
    validated = Validated(1, 2, "mAP", math.nan, {"fig": math.nan})
    line = msgspec.json.encode(Envelope(0, 0.0, validated))
    assert msgspec.json.decode(line, type=Envelope).event == Validated(
        1, 2, "mAP", None, {"fig": None}
    )
