"""Axes whose ends are round and move seldom."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.panes.axis import span_axis, step_axis, value_axis

NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(2, 12))
def test_all_values_lie_on_a_linear_axis(values: list[float], ticks: int) -> None:
    axis = value_axis(values, ticks)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= min(values)
    assert max(values) <= axis.high + slack
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= ticks + 3
    assert len(axis.labels) == len(axis.ticks)


@given(st.floats(-1e9, 1e9), st.integers(1, 40), st.integers(2, 12))
def test_values_that_differ_in_their_last_bits_have_an_axis(
    value: float, bits: int, ticks: int
) -> None:
    other = value
    for _ in range(bits):
        other = math.nextafter(other, math.inf)
    for logarithmic in (False, True):
        axis = value_axis([value, other], ticks, logarithmic=logarithmic)
        assert axis.low < axis.high
        assert 0 <= axis.column(max(axis.low, min(axis.high, value)), 60) < 60


@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=20))
def test_all_values_lie_on_a_logarithmic_axis(values: list[float]) -> None:
    axis = value_axis(values, 5, logarithmic=True)
    assert axis.low <= math.log10(min(values)) + 1e-9
    assert math.log10(max(values)) - 1e-9 <= axis.high
    assert axis.low < axis.high


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(1, 20))
def test_the_steps_so_far_lie_on_the_axis(last: int, total: int, ticks: int) -> None:
    axis = step_axis(last, total, ticks)
    assert axis.low == 0
    assert axis.high >= min(last, 10**9)
    assert len(axis.ticks) <= ticks + 2


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(1, 20))
def test_a_window_of_steps_has_ticks_within_it(low: int, width: int, ticks: int) -> None:
    axis = span_axis(low, low + width, ticks)
    assert (axis.low, axis.high) == (low, low + width)
    assert all(low <= tick <= low + width for tick in axis.ticks)
    assert len(axis.ticks) <= ticks + 2
    assert len(set(axis.labels)) == len(axis.labels) == len(axis.ticks)


@given(st.floats(1e-9, 1e9), st.integers(2, 400))
def test_the_ends_of_an_axis_stand_in_the_outer_columns(high: float, columns: int) -> None:
    axis = value_axis([0.0, high], 5)
    assert axis.column(axis.low, columns) == 0
    assert axis.column(axis.high, columns) == columns - 1
    assert all(axis.column(axis.value(n, columns), columns) == n for n in range(columns))


@pytest.mark.parametrize("high", [3e-9, 0.0004, 7.0, 4e5, 3e11])
def test_labels_leave_room_for_curves(high: float) -> None:
    labels = value_axis([0.0, high], 5).labels
    assert max(map(len, labels)) <= 8
    assert len(set(labels)) == len(labels)


def test_the_axis_of_steps_ends_with_the_run() -> None:
    assert step_axis(300, 437, 5).high == 437
    assert step_axis(30, 437, 5).high == 50


def test_the_axis_stays_while_the_data_grows_within_it() -> None:
    assert step_axis(101, 5000, 5) == step_axis(199, 5000, 5)
    assert value_axis([0.3, 3.9], 4) == value_axis([0.2, 3.2], 4)


def test_values_that_have_no_logarithm_have_no_place() -> None:
    axis = value_axis([0.0, -1.0, 0.01, 1.0], 5, logarithmic=True)
    assert axis.low == -2
    assert axis.place(0.0) is None
    assert axis.place(-1.0) is None
    assert axis.place(0.1) == pytest.approx(-1)


def test_labels_are_short_and_tell_the_ticks_apart() -> None:
    assert value_axis([0.0, 0.031], 4).labels == ("0.00", "0.01", "0.02", "0.03", "0.04")
    assert value_axis([0.3, 3.2], 4).labels == ("0", "1", "2", "3", "4")
    assert len(set(value_axis([1.0, 1.0], 5).labels)) == len(value_axis([1.0, 1.0], 5).labels)


@given(st.floats(1e-9, 1e9), st.integers(1, 60), st.integers(3, 12))
def test_no_two_ticks_stand_on_one_row(high: float, rows: int, ticks: int) -> None:
    axis = value_axis([0.0, high], ticks)
    kept = axis.legible(rows)
    places = [kept.column(tick, rows) for tick in kept.ticks]
    assert len(set(places)) == len(places) == len(kept.labels) > 0
    assert set(zip(kept.ticks, kept.labels, strict=True)) <= set(
        zip(axis.ticks, axis.labels, strict=True)
    )
    if len({axis.column(tick, rows) for tick in axis.ticks}) == len(axis.ticks):
        assert kept == axis
