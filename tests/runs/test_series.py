"""Curves in bounded memory."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.runs.series import Series


def filled(values: list[float], capacity: int = 8) -> Series:
    series = Series(capacity=capacity)
    for step, value in enumerate(values, 1):
        series.append(step, value)
    return series


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300))
def test_nothing_is_lost_by_thinning(values: list[float]) -> None:
    series = filled(values)
    buckets = series.buckets()
    assert len(buckets) <= 8
    assert min(bucket.low for bucket in buckets) == min(values)
    assert max(bucket.high for bucket in buckets) == max(values)
    assert buckets[-1].step == len(values)
    assert series.count == len(values)
    assert all(b.low <= b.mean + 1e-3 and b.mean <= b.high + 1e-3 for b in buckets)


def test_few_values_are_kept_as_they_are() -> None:
    buckets = filled([3.0, 1.0, 2.0]).buckets()
    assert [(bucket.step, bucket.mean) for bucket in buckets] == [(1, 3.0), (2, 1.0), (3, 2.0)]


def test_means_survive_halving() -> None:
    series = filled([float(value) for value in range(16)])
    assert series.size == 2
    assert [bucket.mean for bucket in series.buckets()] == [0.5 + 2 * i for i in range(8)]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, None])
def test_what_is_not_finite_is_counted_and_kept_out(bad: float | None) -> None:
    series = filled([1.0, 2.0])
    series.append(3, bad)
    series.append(4, bad)
    assert (series.not_finite, series.first_not_finite) == (2, 3)
    assert [bucket.mean for bucket in series.buckets()] == [1.0, 2.0]


def test_smoothing_of_a_constant_is_the_constant() -> None:
    assert filled([5.0] * 6).smoothed(0.9) == pytest.approx([5.0] * 6)


def test_no_smoothing_is_the_values() -> None:
    assert filled([5.0, 1.0, 3.0]).smoothed(0.0) == [5.0, 1.0, 3.0]


def test_smoothing_starts_at_the_first_value_and_follows_later_ones() -> None:
    smoothed = filled([10.0, 0.0, 0.0, 0.0]).smoothed(0.5)
    assert smoothed[0] == 10.0
    assert smoothed == sorted(smoothed, reverse=True)
    # 10 × 0.5³ weighted by what four terms weigh together, 1 - 0.5⁴.
    assert smoothed[-1] == pytest.approx(10 * 0.5**4 / (1 - 0.5**4))


def test_steps_that_are_done_again_replace_what_was_there() -> None:
    series = filled([1.0, 2.0, 3.0, 4.0])
    series.forget_from(3)
    series.append(3, 30.0)
    assert [(b.step, b.mean) for b in series.buckets()] == [(1, 1.0), (2, 2.0), (3, 30.0)]


def test_steps_that_are_done_again_may_be_numbers_this_time() -> None:
    series = filled([1.0, 2.0])
    series.extend([3, 4, 5], [3.0, None, math.inf])
    assert series.not_finite_at.spans == [(4, 5)]
    series.forget_from(4)
    assert (series.not_finite, series.first_not_finite) == (0, 0)
    assert series.not_finite_at.spans == []


def test_a_step_is_found_in_its_bucket() -> None:
    series = filled([float(value) for value in range(16)])
    found = series.at(3)
    assert found is not None
    assert (found.step, found.mean) == (4, 2.5)
    assert series.at(17) is None


def test_points_to_draw_are_values_first_and_extremes_later() -> None:
    assert filled([3.0, 1.0]).raw() == [(1, 3.0), (2, 1.0)]
    long = filled([float(value) for value in range(16)])
    assert long.raw()[:2] == [(2, 0.0), (4, 2.0)]
    assert long.raw()[8:10] == [(2, 1.0), (4, 3.0)]
    assert long.line(0.0) == [(2 * i + 2, 2 * i + 0.5) for i in range(8)]


def test_an_empty_series_has_no_last_bucket() -> None:
    assert Series().last is None
    assert Series().smoothed(0.9) == []


NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(1e308), st.none(), st.just(math.inf))


@given(st.lists(st.lists(NUMBERS, max_size=60), max_size=6))
def test_many_at_once_are_as_one_by_one(parts: list[list[float | None]]) -> None:
    one_by_one, at_once = Series(capacity=8), Series(capacity=8)
    step = 0
    for part in parts:
        steps = range(step + 1, step + len(part) + 1)
        step += len(part)
        for number, value in zip(steps, part, strict=True):
            one_by_one.append(number, value)
        at_once.extend(steps, part)
    assert (at_once.count, at_once.size) == (one_by_one.count, one_by_one.size)
    assert at_once.not_finite == one_by_one.not_finite
    assert at_once.first_not_finite == one_by_one.first_not_finite
    pairs = zip(at_once.buckets(), one_by_one.buckets(), strict=True)
    for found, wanted in pairs:
        assert (found.step, found.low, found.high) == (wanted.step, wanted.low, wanted.high)
        assert found.mean == pytest.approx(wanted.mean, rel=1e-9, abs=1e-6)
