"""Learning rate, images a second, and whether frozen layers are computed once."""

from __future__ import annotations

from tui.app import readings
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.figures import size


class RatesPane(LivePane):
    """Two lines, or three."""

    def show_run(self, state: RunState) -> None:
        """Show this run's rates."""
        step = state.step
        rate = f"{step.learning_rate:g}" if step else "-"
        speed = readings.rate(step.pictures_per_second) if step else "-"
        lines = [
            written(("learning rate", FAINT), f"{rate:>15}"),
            written(("images/s", FAINT), f"{speed:>20}"),
        ]
        if state.caching is not None:
            once = size(state.caching.total_bytes) if state.caching.active else "off"
            lines.append(written(("feature cache", FAINT), f"{once:>15}"))
        self.show(stacked(lines))
