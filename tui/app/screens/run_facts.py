"""A window of facts over the run screen, which a key opens and closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.app.actions import Where, bindings
from tui.app.panes.live import stacked
from tui.app.screens.window import Window
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.key_scroll import KeyScroll


class RunFacts(Window[None]):
    """Shows some lines under a title, as they were when it was opened."""

    CSS_PATH = "../styles/run_facts.tcss"
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("run_facts", "scroll", "window")
    BINDINGS = bindings("run_facts")

    @staticmethod
    def columns(width: int) -> int:
        """How many cells a line has, in a terminal of such a width."""
        return min(100, width * 96 // 100) - 4

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self._title_shown = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            with KeyScroll(id="scroll"):
                yield Static(stacked(self._lines), id="facts")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one("#window").border_title = self._title_shown
        self.query_one("#scroll").focus()
