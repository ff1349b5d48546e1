"""The newest losses in numbers, with the letters that stand in the chart."""

from __future__ import annotations

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.panes.legend import marks, shown_losses
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState

CELLS = 28
"""How wide the pane is in a narrow terminal."""

FIGURE_CELLS = 6
"""What most losses take (`0.1234`); names get what the figures leave."""


class LossesPane(LivePane):
    """A line for each loss: letter, name, smoothed, raw."""

    def show_run(self, state: RunState, factor: float) -> None:
        """Show this run's losses, smoothed by `factor`."""
        losses = shown_losses(state)
        rows = []
        for name, series in losses:
            smoothed = series.smoothed(factor)
            # The sum is not among the parts.
            raw = state.step.losses.get(name, state.step.loss) if state.step is not None else None
            rows.append(
                (name, readings.loss(smoothed[-1]) if smoothed else "-", readings.loss(raw))
            )
        wide = 1 + max([FIGURE_CELLS, *(len(figure) for row in rows for figure in row[1:])])
        left = CELLS - 2 - 2 * wide
        lines = [
            written(
                (f"{'loss':<{left + 2}}", HEADING), (f"{'smooth':>{wide}}{'raw':>{wide}}", FAINT)
            )
        ]
        for (name, smooth, raw_text), mark in zip(rows, marks([n for n, _ in losses]), strict=True):
            shown = glyphs().cut(glyphs().safe(name), left)
            lines.append(
                written(
                    (mark.letter, f"bold {mark.style}"),
                    f" {shown:<{left}}{smooth:>{wide}}",
                    (f"{raw_text:>{wide}}", FAINT),
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
