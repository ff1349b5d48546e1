"""Histograms drawn in text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.app.histogram import axis, histogram


def test_heights_in_eighths_of_a_row() -> None:
    assert histogram([0, 1, 8, 16], 2) == ["   █", " ▁██"]
    assert histogram([4, 12, 16], 2) == [" ▄█", "▄██"]


def test_ascii_in_whole_rows() -> None:
    assert histogram([0, 1, 50, 100], 2, ascii_only=True) == ["   #", " ###"]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=64), st.integers(1, 8), st.booleans())
def test_what_holds_anything_shows_something(
    counts: list[int], rows: int, ascii_only: bool
) -> None:
    lines = histogram(counts, rows, ascii_only=ascii_only)
    assert [len(line) for line in lines] == [len(counts)] * rows
    assert all(line.isascii() for line in lines) or not ascii_only
    for column, count in enumerate(counts):
        assert (lines[-1][column] != " ") == bool(count)
    if any(counts):
        assert lines[0][counts.index(max(counts))] in "█#"


def test_the_axis_has_an_end_at_each_side() -> None:
    assert axis("-1", "1", 8) == "-1     1"
    assert axis("-123456", "123456", 8) == "-123456 123456"
