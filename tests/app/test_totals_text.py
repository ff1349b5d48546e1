from __future__ import annotations

from tui.app.totals_text import verdict
from tui.model.tree import Totals


def test_verdict() -> None:
    assert (
        verdict(Totals(205, 11_700_000, 0, 24, 1_180_000, 105, 76, 0))
        == "24 parameters train (1.2 M values), 105 are frozen, 76 auxiliary"
    )
    assert (
        verdict(Totals(2, 20, 0, 1, 10, 1, 0, 0)) == "1 parameter trains (10 values), 1 is frozen"
    )
    assert (
        verdict(Totals(2, 20, 0, 2, 20, 0, 0, 0))
        == "2 parameters train (20 values), none is frozen"
    )
