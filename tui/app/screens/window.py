"""What stands over a screen, which shows through beside it."""

from __future__ import annotations

from textual.screen import ModalScreen, ScreenResultType

from tui.app.screens.stacked_screen import StackedScreen


class Window(ModalScreen[ScreenResultType], StackedScreen[ScreenResultType]):
    """A screen whose keys are the only ones while it is there."""
