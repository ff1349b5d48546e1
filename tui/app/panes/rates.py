"""Learning rate, images a second, and whether frozen layers are computed once."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tui.app import readings
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.figures import size


class RatesPane(LivePane):
    """Two lines; one more for each of a feature cache and several processes."""

    def show_run(self, state: RunState) -> None:
        """Show this run's rates."""
        step = state.step
        rate = f"{step.learning_rate:g}" if step else "-"
        speed = readings.rate(step.pictures_per_second) if step else "-"
        lines = [
            written(("learning rate", FAINT), f"{rate:>15}"),
            written(("images/s", FAINT), f"{speed:>20}"),
        ]
        if step and step.by_process:
            lines.append(_processes(step.by_process))
        if state.caching is not None:
            once = size(state.caching.total_bytes) if state.caching.active else "off"
            lines.append(written(("feature cache", FAINT), f"{once:>15}"))
        self.show(stacked(lines))


WIDTH = 28
"""Cells of a line."""


def _processes(rates: Sequence[float]) -> Content:
    """How fast each process is by itself, or where those are too many, the slowest and the
    fastest."""
    words = [readings.rate(rate) if rate else "-" for rate in rates]
    line = " ".join(words)
    if len("processes ") + len(line) > WIDTH:
        least, most = min(rates), max(rates)
        line = f"{readings.rate(least) if least else '-'} to {readings.rate(most)}"
    return written(("processes", FAINT), f"{line:>{WIDTH - len('processes')}}")
