"""The first screen: what is being opened, what the inspector is doing, how long it has taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from tui.app.actions import bindings
from tui.app.glyphs import glyphs
from tui.app.looks import redraw_seconds
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.widgets.key_line import KeyLine
from tui.figures import megabytes

if TYPE_CHECKING:
    from tui.runs.inspection import Phase

REFUSED = 2
"""The exit code where the model could not be opened."""


class LoadingScreen(StackedScreen[None]):
    """Alive twice a second for as long as something is under way, still when it has ended."""

    CSS_PATH = "../styles/loading.tcss"
    BINDINGS = bindings("loading")

    def __init__(self, title: str, doing: str = "starting the inspector") -> None:
        super().__init__()
        self._title = glyphs().safe(title)
        self._doing = doing
        self._since = time.monotonic()
        self._turn = 0
        self.refused = ""

    def compose(self) -> ComposeResult:
        yield Static(self._title, id="what", markup=False)
        yield Static(self._line(), id="doing", markup=False)
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self._timer = self.set_interval(redraw_seconds(0.5), self._tick)

    def on_screen_suspend(self) -> None:
        self._timer.pause()

    def on_screen_resume(self) -> None:
        self._timer.resume()

    def phase(self, phase: Phase) -> None:
        """Say what is being done now, and how far it is."""
        self._doing = phase.doing
        if phase.done:
            of = f" of {megabytes(phase.total)}" if phase.total else ""
            self._doing = f"{megabytes(phase.done)}{of} · {phase.doing}"
        self._show()

    def refuse(self, message: str) -> None:
        """Say why it could not be done; nothing moves any more."""
        self.refused = message
        self._timer.stop()
        line = self.query_one("#doing", Static)
        line.add_class("-warning")
        signs = glyphs()
        text = signs.text(f"{signs.warning} {message}")
        line.update(signs.said(text))

    def _tick(self) -> None:
        self._turn += 1
        self._show()

    def _show(self) -> None:
        if not self.refused and self.is_mounted:
            self.query_one("#doing", Static).update(self._line(), layout=False)

    def _line(self) -> str:
        signs = glyphs()
        sign = signs.spinner[self._turn % len(signs.spinner)]
        seconds = int(time.monotonic() - self._since)
        line = signs.text(f"{sign} {self._doing} · {seconds} s")
        return signs.said(line)

    def may_quit(self) -> bool:
        """Where the model could not be opened that is told by the exit code."""
        if self.refused:
            self.action_quit()
        return not self.refused

    def action_quit(self) -> None:
        """Leave; with exit code 2 where the model could not be opened."""
        code = REFUSED if self.refused else 0
        self.app.exit(code, return_code=code)
