"""When what trains, or the learning rate, has changed, by schedule or by hand, and to what."""

from __future__ import annotations

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState


class PlanChangesPane(LivePane):
    """The newest changes, a line each, as many as there is room for."""

    def show_run(self, state: RunState, lines: int = 1) -> None:
        """Show this run's newest changes in at most `lines` lines; nothing where there are
        none."""
        self.display = bool(state.marks)
        if not state.marks:
            return
        newest = list(state.marks)[-lines:][::-1]
        more = len(state.marks) - len(newest)
        shown = [
            written(
                (f"{mark.kind} ", HEADING),
                (f"after step {mark.step:,} · ", FAINT),
                glyphs().said(mark.words),
            )
            for mark in newest
        ]
        if more:
            shown[-1] = shown[-1].append(written((f" · {more:,} before", FAINT)))
        self.show(stacked(shown))
