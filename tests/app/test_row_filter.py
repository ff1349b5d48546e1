"""Which parameters the tree shows."""

from __future__ import annotations

from tui.app.row_filter import RowFilter
from tui.model.states import State

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


def round_of(shown: RowFilter, states: list[State]) -> list[str]:
    """The filters that follow, until all is shown again."""
    names = []
    for _ in range(6):
        shown.turn(states)
        names.append(shown.name)
        if shown.name == "all":
            break
    return names


def test_goes_round_by_what_was_looked_for_first() -> None:
    assert round_of(RowFilter(matching=(1,), by="x"), [T, F, A]) == [
        *("matching", "trainable", "frozen", "auxiliary", "all")
    ]


def test_what_would_show_nothing_is_left_out() -> None:
    assert round_of(RowFilter(), [T, T, A]) == ["trainable", "auxiliary", "all"]
    assert round_of(RowFilter(), []) == ["all"]


def test_says_what_is_shown() -> None:
    assert RowFilter().told([T, F]) == ""
    assert RowFilter().passing([T, F]) is None
    shown = RowFilter("frozen", (0,), "rpn")
    assert shown.passing([T, F, F]) == bytes([0, 1, 1])
    assert shown.told([T, F, F]) == "2 of 3 parameters shown: frozen"
    shown.name = "matching"
    assert shown.told([T, F, F]) == "1 of 3 parameters shown: matching rpn"
