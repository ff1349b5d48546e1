"""Columns that fit the width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.app.widgets.tree_columns import GUTTER, fit


@given(st.integers(59, 400))
def test_a_row_fills_the_width_and_no_more(width: int) -> None:
    columns = fit(width)
    row = columns.line(*("" for _ in range(8)))
    assert GUTTER + sum(map(len, row)) <= width
    assert columns.label >= 30
    assert len(columns.heads()) <= width


@given(st.integers(59, 400))
def test_a_row_with_costs_fills_the_width_and_no_more(width: int) -> None:
    columns = fit(width, costs=True)
    row = columns.line(*("" for _ in range(8)), cost="x" * columns.cost)
    assert GUTTER + sum(map(len, row)) <= width
    assert columns.cost == 8
    assert columns.label >= 22
    assert "mult-add  state" in columns.heads()


@given(st.integers(1, 400))
def test_heads_stand_above_their_columns(width: int) -> None:
    columns = fit(width)
    label, middle, _ = columns.line("", "n", "s", "d", "v", "s", "b", "")
    start = GUTTER + len(label) + len(middle)
    assert columns.heads()[start:] == "state"


def test_what_there_is_at_80_and_at_120() -> None:
    at_80, at_120 = fit(79), fit(119)
    assert at_80.shape
    assert at_80.values
    assert at_80.state >= len("· auxiliary moving")
    assert not at_80.name
    assert not at_80.nbytes
    assert at_120.share
    assert at_120.dtype
    assert at_120.nbytes
    assert at_120.name >= len("…conv0_weight")


@given(st.integers(60, 400))
def test_more_width_never_takes_a_column_away(width: int) -> None:
    narrower, wider = fit(width - 1), fit(width)
    for column in ("name", "shape", "dtype", "values", "share", "nbytes", "state"):
        assert getattr(wider, column) >= getattr(narrower, column)


@given(st.integers(59, 400), st.booleans(), st.booleans(), st.booleans())
def test_columns_for_what_there_is_fill_the_width_and_no_more(
    width: int, statistics: bool, origins: bool, multipliers: bool
) -> None:
    columns = fit(width, statistics=statistics, origins=origins, multipliers=multipliers)
    row = columns.line(*("" for _ in range(8)))
    assert GUTTER + sum(map(len, row)) <= width
    assert columns.label >= 30
    assert bool(columns.statistics) is (statistics and width >= 119)
    assert not (columns.origin and not origins)
    assert not (columns.multiplier and not multipliers)


def test_statistics_stand_beside_all_else_at_120() -> None:
    at_120 = fit(119, statistics=True, origins=True)
    assert at_120.statistics >= len("moving")
    assert at_120.dtype
    assert at_120.nbytes
    assert at_120.name >= len("…conv0_weight")
    wider = fit(140, statistics=True, origins=True)
    assert wider.origin
    assert wider.share
    assert fit(119, multipliers=True).multiplier
