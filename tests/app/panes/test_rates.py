"""How fast each process of a run is, on a line of the pane."""

from __future__ import annotations

from tui.app.panes.rates import WIDTH, _processes


def test_each_process_where_there_is_room() -> None:
    assert _processes((12.04, 9.5)).plain == "processes          12.0 9.50"
    assert _processes((12.04, 0.0)).plain.endswith("12.0 -")
    assert len(_processes((1.0,) * 4).plain) == WIDTH


def test_the_slowest_and_the_fastest_of_many() -> None:
    line = _processes((101.0, 250.0, 99.0, 120.0, 0.0, 200.0, 220.0)).plain
    assert line == "processes           - to 250"
    assert len(_processes(tuple(range(100, 164))).plain) == WIDTH
    assert _processes(tuple(range(100, 164))).plain.endswith("100 to 163")
