"""The field that narrows the list of runs; away while nothing is typed."""

from __future__ import annotations

from tui.app.actions import bindings
from tui.app.widgets.filter_field import FilterField


class RunsFilter(FilterField):
    """Enter keeps what is typed, Escape clears it: both go back to the list's own keys."""

    BINDINGS = bindings("runs_filter")

    def action_keep(self) -> None:
        """Back to the list, narrowed."""
        self.screen.set_focus(None)

    def action_clear_all(self) -> None:
        """Back to the list, all of it."""
        self.clear()
        self.screen.set_focus(None)
