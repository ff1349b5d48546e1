"""Learning rate and images a second."""

from __future__ import annotations

from tui.app import readings
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState


class RatesPane(LivePane):
    """Two lines."""

    def show_run(self, state: RunState) -> None:
        """Show this run's rates."""
        step = state.step
        rate = f"{step.learning_rate:g}" if step else "-"
        speed = readings.rate(step.pictures_per_second) if step else "-"
        self.show(
            stacked(
                [
                    written(("learning rate", FAINT), f"{rate:>15}"),
                    written(("images/s", FAINT), f"{speed:>20}"),
                ]
            )
        )
