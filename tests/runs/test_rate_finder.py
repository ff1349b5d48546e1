"""Which rate is read from a curve."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.runs.rate_finder import HIGHEST, LOWEST, is_over, rates, smoothed, suggested


def test_rates_rise_in_equal_steps_of_their_logarithm() -> None:
    tried = rates(101)
    assert (tried[0], tried[-1]) == (LOWEST, pytest.approx(HIGHEST))
    ratios = {round(b / a, 9) for a, b in itertools.pairwise(tried)}
    assert len(ratios) == 1
    assert rates(1) == [LOWEST]


@pytest.mark.parametrize("centre", [1e-4, 1e-3, 1e-2, 0.1])
def test_the_steepest_fall_is_suggested(centre: float) -> None:
    tried = rates(200)
    curve = [3 - 2 / (1 + math.exp(-3 * math.log(rate / centre))) for rate in tried]
    rate = suggested(tried, curve)
    assert rate is not None
    assert rate == pytest.approx(centre, rel=0.3)


def test_a_rise_after_the_fall_is_not_taken_for_it() -> None:
    tried = rates(200)
    curve = [
        3 - 2 / (1 + math.exp(-3 * math.log(rate / 1e-3))) + (rate / 0.1) ** 2 for rate in tried
    ]
    rate = suggested(tried, curve)
    assert rate is not None
    assert 3e-4 < rate < 3e-3


@pytest.mark.parametrize(
    "curve",
    [[], [1.0], [2.0] * 50, [2.0 + n for n in range(50)], [2 - n * 1e-4 for n in range(50)]],
)
def test_nothing_is_suggested_where_nothing_falls(curve: list[float]) -> None:
    assert suggested(rates(50)[: len(curve)], curve) is None


def test_smoothing_keeps_a_level_and_follows_a_change() -> None:
    assert smoothed([2.0] * 20) == pytest.approx([2.0] * 20)
    assert smoothed([2.0] * 20 + [1.0] * 60)[-1] == pytest.approx(1.0, abs=0.01)


def test_it_is_over_when_the_loss_has_grown() -> None:
    assert not is_over([1.0, 9.0])  # too early to say
    assert not is_over([1.0] * 10 + [3.9])
    assert is_over([1.0] * 10 + [4.1])


@given(st.lists(st.floats(0, 1e6), max_size=60))
def test_whatever_the_losses_are_a_tried_rate_or_none(losses: list[float]) -> None:
    tried = rates(100)[: len(losses)]
    rate = suggested(tried, smoothed(losses))
    assert rate is None or rate in tried
