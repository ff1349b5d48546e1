"""Which steps a chart shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.app.panes.window import LEAST, Window

LASTS = st.integers(0, 10**7)
FACTORS = st.sampled_from([0.25, 0.5, 2.0, 4.0])
SHARES = st.sampled_from([-1.0, -0.25, 0.25, 1.0])
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), FACTORS, st.one_of(st.none(), st.integers(0, 10**7))),
        st.tuples(st.just("pan"), SHARES, st.none()),
    ),
    max_size=12,
)


def moved(window: Window, last: int, moves: list[tuple[str, float, int | None]]) -> Window:
    for what, by, at in moves:
        if what == "pan":
            window = window.panned(last, by)
        else:
            window = window.zoomed(last, by, None if at is None else min(at, last))
    return window


@given(LASTS, MOVES)
def test_it_never_leaves_the_run(last: int, moves: list[tuple[str, float, int | None]]) -> None:
    window = moved(Window(), last, moves)
    low, high = window.bounds(last)
    assert 0 <= low < high
    assert high - low >= LEAST
    if not window.is_whole:
        assert high - low < max(LEAST, last)
        # The newest is never more than a leap from the end.
        assert high <= last + (high - low) // 4 + 1


@given(LASTS, MOVES, st.integers(0, 10**7))
def test_what_is_under_the_cursor_stays_in_sight(
    last: int, moves: list[tuple[str, float, int | None]], at: int
) -> None:
    window = moved(Window(), last, moves)
    low, high = window.bounds(last)
    at = min(max(at, low), high, last)
    low, high = window.zoomed(last, 0.5, at).bounds(last)
    assert low <= at <= high


@given(LASTS, MOVES, st.integers(0, 10**7))
def test_any_step_can_be_brought_into_sight(
    last: int, moves: list[tuple[str, float, int | None]], step: int
) -> None:
    step = min(step, last)
    low, high = moved(Window(), last, moves).showing(last, step).bounds(last)
    assert low <= step <= high


@given(LASTS)
def test_zooming_out_comes_back_to_all(last: int) -> None:
    window = Window().zoomed(last, 0.25)
    for _ in range(40):
        window = window.zoomed(last, 2.0)
    assert window.is_whole


def test_a_window_at_the_end_goes_on_with_the_run_in_leaps() -> None:
    window = Window().zoomed(400, 0.25)
    assert window.bounds(400) == (300, 400)
    assert window.bounds(401) == window.bounds(425) == (325, 425)
    assert (
        window.panned(400, -0.5).bounds(400) == window.panned(400, -0.5).bounds(900) == (250, 350)
    )


def test_back_at_the_newest_it_goes_on_again() -> None:
    window = Window().zoomed(400, 0.25).panned(400, -1.0)
    assert window.end == 300
    assert window.panned(400, 1.0).end is None
