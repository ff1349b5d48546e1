"""What the feature cache of a run would take and spare, for the training form."""

from __future__ import annotations

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, written
from tui.figures import size
from tui.runs.inspection import CacheEstimate

MANY_TIMES = 20
"""Beyond this the optimiser and the screen's own work count, which no estimate knows."""


class CacheEstimatePane(LivePane):
    """One line, which is empty where there is nothing to say: what is below it stays in place."""

    def show_nothing(self) -> None:
        """There is nothing to say."""
        self.show(written(""))

    def show_waiting(self, doing: str) -> None:
        """It is being measured."""
        self.show(written((f"feature cache: {glyphs().safe(doing)}", FAINT)))

    def show_problem(self, message: str) -> None:
        """It could not be measured."""
        self.show(written((f"feature cache: not estimated, {glyphs().safe(message)}", FAINT)))

    def show_estimate(self, estimate: CacheEstimate) -> None:
        """It was measured."""
        self.show(written(f"feature cache: {glyphs().safe(in_words(estimate))}"))


def in_words(estimate: CacheEstimate) -> str:
    """An estimate in a line."""
    if estimate.why_not:
        return f"not kept, {estimate.why_not}"
    times = (
        f"over {MANY_TIMES} times"
        if estimate.faster > MANY_TIMES
        else f"about {estimate.faster:.1f} times"
    )
    after = "the first epoch" if estimate.views == 1 else f"{estimate.views} epochs"
    spared, whole = map(readings.duration, (estimate.spared_seconds, estimate.plain_seconds))
    kept = size(estimate.total_bytes)
    return f"{kept} · after {after} {times} as fast · saves {spared} of {whole}"
