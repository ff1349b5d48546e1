"""Lines across a chart."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.app.panes.axis import span_axis, step_axis
from tui.app.panes.chart_rules import CURSOR, EPOCH_CELLS, NOT_FINITE, epoch_ends, rules_of
from tui.app.run_state import RunState
from tui.runs.events import Envelope, Prepared


def state_of(steps_per_epoch: int, total: int = 10**6) -> RunState:
    state = RunState()
    prepared = Prepared(8, 8, steps_per_epoch, 10, total, 1, 1, 1, 1, "mAP")
    state.apply(Envelope(0, 1.0, prepared))
    return state


@given(st.integers(1, 10**5), st.integers(0, 10**6), st.integers(1, 10**6), st.integers(10, 250))
def test_epochs_end_within_the_axis_and_never_too_close(
    each: int, low: int, width: int, columns: int
) -> None:
    axis = span_axis(low, low + width, 5)
    ends = epoch_ends(state_of(each), axis, columns)
    assert all(axis.low <= end <= axis.high and end % each == 0 for end in ends)
    assert len(ends) <= columns / EPOCH_CELLS + 1
    places = [axis.column(end, columns) for end in ends]
    assert all(b - a >= EPOCH_CELLS - 1 for a, b in pairwise(places))


def test_every_epoch_where_there_is_room_and_every_fifth_where_there_is_not() -> None:
    state = state_of(100)
    assert epoch_ends(state, step_axis(400, 400, 5), 80) == [100, 200, 300]
    assert epoch_ends(state, step_axis(2000, 2000, 5), 40) == [500, 1000, 1500]
    assert epoch_ends(RunState(), step_axis(2000, 2000, 5), 40) == []


SPANS = st.lists(
    st.tuples(st.integers(1, 5000), st.integers(0, 3000)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=5,
)


@given(SPANS, st.integers(0, 4000), st.integers(1, 3000), st.one_of(st.none(), st.integers(0, 9)))
def test_rules_lie_on_the_axis_and_each_span_in_sight_has_one(
    spans: list[tuple[int, int]], low: int, width: int, cursor: int | None
) -> None:
    axis = span_axis(low, low + width, 5)
    rules = rules_of(state_of(100), spans, axis, 60, cursor)
    assert all(0 <= axis.column(rule.step, 60) < 60 for rule in rules)
    marked = {axis.column(rule.step, 60) for rule in rules if rule.sign is NOT_FINITE}
    for first, last in spans:
        for step in (first, last):
            if axis.low <= step <= axis.high:
                assert axis.column(step, 60) in marked
    seen = cursor is not None and axis.low <= cursor <= axis.high
    assert any(rule.sign is CURSOR for rule in rules) == seen
