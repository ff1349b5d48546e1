"""The base of all screens: how one leaves, or gives way to another, wherever it stands."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType

from tui.app.dressed_app import DressedApp
from tui.app.glyphs import glyphs


class StackedScreen(Screen[ScreenResultType]):
    """A screen that takes itself from the stack, and no other in its place. Textual's own takes
    whatever stands on top, which may be a window over this screen, or, at a key that was pressed
    twice, what stood below it."""

    def __init__(
        self, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name, id, classes)
        self.set_class(glyphs().ascii_only, "-ascii")

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Leave with a result, and with whatever stands over it; nothing where it has left."""
        return super().dismiss(result) if self._come_forward() else AwaitComplete()

    def give_way_to(self, screen: Screen[Any]) -> None:
        """Have another screen in its place; nothing where it has left."""
        if self._come_forward():
            self.app.switch_screen(screen)

    def may_quit(self) -> bool:
        """Whether thaw can be left from here on; where not, the screen has asked, or it leaves in
        its own way."""
        return True

    def _come_forward(self) -> bool:
        """Take away what stands over it; False where it is not there any more."""
        app = self.app
        if self not in app.screen_stack:
            return False
        if not self.is_active:
            assert isinstance(app, DressedApp)
            app.uncover(self)
        return True
