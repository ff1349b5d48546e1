"""What is remembered of memory."""

from __future__ import annotations

from tui.monitor.past import KEPT, Past, PastKeeper


def test_the_newest_are_remembered_in_their_order() -> None:
    keeper = PastKeeper()
    assert keeper.so_far() == Past()
    for number in range(KEPT + 3):
        keeper.add(number, None if number % 2 else number / 1000)
    past = keeper.so_far()
    assert len(past.used) == len(past.busy) == KEPT
    assert past.used[0] == 3
    assert past.used[-1] == KEPT + 2
    assert past.busy[-2:] == (None, (KEPT + 2) / 1000)
