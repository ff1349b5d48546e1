"""Waiting for a model that was chosen from the list."""

from __future__ import annotations

from tui.app.actions import bindings
from tui.app.screens.loading import LoadingScreen


class OpeningScreen(LoadingScreen):
    """As the first screen, but that leaving it goes back to the list."""

    BINDINGS = bindings("browsed")

    def action_leave(self) -> None:
        """Go back; what was being opened is given up."""
        self.dismiss()
