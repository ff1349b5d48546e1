"""How fast a process is by itself."""

from __future__ import annotations

import pytest

from tui.engine.distribution import own_speed
from tui.engine.distribution.own_speed import MEASURE_EVERY, OwnSpeed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(own_speed.time, "monotonic", lambda: now[0])
    return now


def test_waiting_for_others_is_not_counted(clock: list[float]) -> None:
    speed = OwnSpeed()
    for _ in range(2):  # two batches of one step
        speed.take()
        speed.add(8)
        clock[0] += 2.0
        speed.back()
        clock[0] += 50.0  # the slowest of all
    speed.made()
    assert speed.pictures_per_second == 4.0


def test_between_measurements_the_last_one_stands(clock: list[float]) -> None:
    speed = OwnSpeed()
    for step in range(MEASURE_EVERY + 1):
        assert speed.measures == (step in (0, MEASURE_EVERY))
        speed.take()
        speed.add(8)
        clock[0] += 1.0 if step < MEASURE_EVERY else 4.0
        if speed.measures:
            speed.back()
        speed.made()
        assert speed.pictures_per_second == (8.0 if step < MEASURE_EVERY else 2.0)


def test_a_step_without_pictures_says_nothing(clock: list[float]) -> None:
    speed = OwnSpeed()
    speed.take()
    clock[0] += 1.0
    speed.back()
    speed.made()
    assert speed.pictures_per_second == 0.0
