"""Steps as spans, in bounded memory."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tui.runs.step_spans import StepSpans

STEPS = st.sets(st.integers(1, 400), max_size=120).map(sorted)


def filled(steps: list[int], capacity: int = 8) -> StepSpans:
    spans = StepSpans(capacity)
    for step in steps:
        spans.add(step)
    return spans


@given(STEPS)
def test_no_step_is_lost_and_memory_is_bounded(steps: list[int]) -> None:
    spans = filled(steps).spans
    assert len(spans) <= 8
    assert all(any(first <= step <= last for first, last in spans) for step in steps)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@given(STEPS)
def test_where_there_is_room_nothing_is_added(steps: list[int]) -> None:
    spans = filled(steps, 200).spans
    assert [step for first, last in spans for step in range(first, last + 1)] == steps


@given(STEPS, st.integers(1, 400))
def test_what_did_not_last_is_taken_back(steps: list[int], at: int) -> None:
    spans = filled(steps, 200)
    spans.forget_from(at)
    kept = [step for first, last in spans.spans for step in range(first, last + 1)]
    assert kept == [step for step in steps if step < at]
