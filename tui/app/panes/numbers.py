"""Where the run stands in numbers: losses, then learning rate and speed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.app.panes.losses import LossesPane
from tui.app.panes.rates import RatesPane
from tui.app.run_state import RunState


class NumbersPane(Vertical):
    """Two groups of lines."""

    def compose(self) -> ComposeResult:
        """Losses above rates."""
        yield LossesPane(id="losses")
        yield RatesPane(id="rates")

    def show_run(self, state: RunState, factor: float) -> None:
        """Show this run's numbers, losses smoothed by `factor`."""
        self.query_one(LossesPane).show_run(state, factor)
        self.query_one(RatesPane).show_run(state)
