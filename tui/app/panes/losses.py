"""The newest losses in numbers, with the letters that stand in the chart."""

from __future__ import annotations

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.panes.legend import marks, shown_losses
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.printable import printable


class LossesPane(LivePane):
    """A line for each loss: letter, name, smoothed, raw."""

    def show_run(self, state: RunState, factor: float) -> None:
        """Show this run's losses, smoothed by `factor`."""
        losses = shown_losses(state)
        lines = [written((f"{'loss':<11}", HEADING), (f"{'smooth':>8}{'raw':>9}", FAINT))]
        for (name, series), mark in zip(losses, marks([n for n, _ in losses]), strict=True):
            shown = glyphs().cut(printable(name, ascii_only=glyphs().ascii_only), 8)
            smoothed = series.smoothed(factor)
            raw = None
            if state.step is not None:
                # The sum is not among the parts.
                raw = state.step.losses.get(name, state.step.loss)
            lines.append(
                written(
                    (mark.letter, f"bold {mark.style}"),
                    f" {shown:<8}",
                    f"{readings.loss(smoothed[-1]) if smoothed else '-':>9}",
                    (f"{readings.loss(raw):>9}", FAINT),
                )
            )
        count, first = state.not_finite
        if count:
            lines.append(
                written((f"! {count:,} not finite, from step {first:,}", "bold $text-error"))
            )
        if not losses:
            lines.append(written(("no step yet", FAINT)))
        self.show(stacked(lines))
