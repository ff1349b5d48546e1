"""A number on each pane of the run screen; its key goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from tui.app.actions import Where, bindings
from tui.app.panes.registry import PANES, PaneKind
from tui.app.screens.window import Window


class JumpScreen(Window[str]):
    """Returns the name of a pane. `places` are those that are on the screen, with their numbers
    and widgets; the number of one that is hidden shows it."""

    CSS_PATH = "../styles/jump.tcss"
    BINDINGS = bindings("jump")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("jump", "window")

    def __init__(self, places: Sequence[tuple[int, PaneKind, Widget]]) -> None:
        super().__init__()
        self._places = places

    def compose(self) -> ComposeResult:
        for number, kind, widget in self._places:
            label = Static(f" {number} {kind.name} ", classes="jump")
            region = widget.region
            label.styles.offset = (region.x, region.y)
            yield label

    def action_jump_to(self, number: int) -> None:
        """Go to a pane."""
        if number <= len(PANES):
            self.dismiss(PANES[number - 1].name)

    def on_resize(self) -> None:
        """The panes are elsewhere by now."""
        if self.is_mounted and self._placed_elsewhere():
            self.dismiss(None)

    def _placed_elsewhere(self) -> bool:
        labels = self.query(".jump")
        return any(
            label.styles.offset is not None
            and (label.styles.offset.x.value, label.styles.offset.y.value)
            != (widget.region.x, widget.region.y)
            for label, (_, _, widget) in zip(labels, self._places, strict=True)
        )
