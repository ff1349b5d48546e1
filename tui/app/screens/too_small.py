"""What is shown instead of everything else on a terminal that is too small."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.geometry import Size
from textual.widgets import Static

from tui.app.screens.stacked_screen import StackedScreen

LEAST = Size(60, 16)
"""Columns and rows that the screens need."""


def too_small(size: Size) -> bool:
    """Whether a terminal is smaller than the screens need."""
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmallScreen(StackedScreen[None]):
    """Goes by itself when there is room; nothing underneath is lost."""

    CSS_PATH = "../styles/too_small.tcss"

    def compose(self) -> ComposeResult:
        yield Static(id="needed", markup=False)

    def on_mount(self) -> None:
        self._show(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        self._show(event.size)

    def on_screen_resume(self) -> None:
        self._show(self.app.size)

    def _show(self, size: Size) -> None:
        if not too_small(size):
            if self.is_active:
                self.dismiss()
            return
        self.query_one("#needed", Static).update(
            f"thaw needs {LEAST.width} columns and {LEAST.height} rows.\n"
            f"This terminal has {size.width} and {size.height}.\n"
            "Make it larger; nothing is lost."
        )
