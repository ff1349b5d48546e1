"""What a person should know and what stops nothing: skipped pictures and their like."""

from __future__ import annotations

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState


class NoticesPane(LivePane):
    """The newest notices, as many as there are lines; the first line says how many in all."""

    def show_run(self, state: RunState, lines: int = 1) -> None:
        """Show this run's newest notices in at most `lines` lines; nothing where there are
        none."""
        self.display = bool(state.notices)
        if not state.notices:
            return
        newest = list(state.notices)[-lines:][::-1]
        count = state.notice_count
        shown = [glyphs().said(text) for text in newest]
        first = written(
            (f"! {count:,} {'notice' if count == 1 else 'notices'}: ", "bold $text-warning"),
            shown[0],
        )
        self.show(stacked([first, *(written(("  ", FAINT), text) for text in shown[1:])]))
