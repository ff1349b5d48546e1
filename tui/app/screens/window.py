"""What stands over a screen, which shows through beside it."""

from __future__ import annotations

from textual.screen import ModalScreen, ScreenResultType

from tui.app.actions import bindings
from tui.app.screens.stacked_screen import StackedScreen


class Window(ModalScreen[ScreenResultType], StackedScreen[ScreenResultType]):
    """A screen whose keys are the only ones while it is there, and what lists them."""

    BINDINGS = bindings("window")

    async def action_list_keys(self) -> None:
        """List the keys of this window: the app's own do not reach it."""
        await self.run_action("app.keys")
