"""Figures fit their columns and do not lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.figures import counted, percent, short, size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        *((0, "0"), (864, "864"), (999, "999"), (1_000, "1.0 K"), (12_345, "12.3 K")),
        *((999_949, "999.9 K"), (999_950, "1.0 M"), (14_200_000, "14.2 M"), (7 * 10**9, "7.0 G")),
    ],
)
def test_short(count: int, text: str) -> None:
    assert short(count) == text


@given(st.integers(0, 10**15 - 10**12))
def test_short_fits_its_column(count: int) -> None:
    assert len(short(count)) <= 7


def test_size() -> None:
    assert size(56_800_000) == "56.8 MB"
    assert size(12) == "12 B"


@given(st.floats(0, 1))
def test_percent_is_all_or_nothing_only_when_it_is(share: float) -> None:
    text = percent(share)
    assert (text == "0 %") == (share == 0)
    assert (text == "100 %") == (share == 1)
    assert len(text) <= 6


def test_counted() -> None:
    assert counted(1, "parameter") == "1 parameter"
    assert counted(1205, "parameter") == "1,205 parameters"
