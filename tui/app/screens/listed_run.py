"""A run that was opened from the list of runs."""

from __future__ import annotations

from typing import ClassVar

from tui.app.actions import Where, bindings
from tui.app.screens.run import RunScreen


class ListedRunScreen(RunScreen):
    """As the run screen, but that leaving it goes back to the list; a run that goes on does."""

    BINDINGS = bindings("listed_run")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("listed_run", *RunScreen.HELP_PLACES)

    def action_back_to_list(self) -> None:
        """Go back."""
        self.dismiss()
