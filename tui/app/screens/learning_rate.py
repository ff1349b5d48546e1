"""Another learning rate for a run that goes on."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.app.actions import Where, bindings
from tui.app.screens.window import Window
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.typed_input import TypedInput

MOST = 1e3


class AskLearningRate(Window["float"]):
    """Asks for one number; answers with it, or with nothing where it is left."""

    CSS_PATH = "../styles/learning_rate.tcss"
    BINDINGS = bindings("learning_rate")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("learning_rate", "window")

    def __init__(self, present: float | None) -> None:
        super().__init__()
        self._present = present

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static("Which learning rate from now on?", id="asked", markup=False)
            value = f"{self._present:g}" if self._present else ""
            yield TypedInput(value, id="rate", compact=True, placeholder="0.0001")
            yield MessageLine(id="said")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one("#rate", Input).cursor_blink = False
        self.query_one("#said", MessageLine).say("a warm-up ends; a schedule goes on in proportion")

    def action_set(self) -> None:
        """Answer, if it can be used."""
        text = self.query_one("#rate", Input).value.strip()
        try:
            rate = float(text)
        except ValueError:
            rate = math.nan
        if not 0 < rate <= MOST:
            said = f"{text or 'nothing'}: a number above 0, at most {MOST:g}, is needed"
            self.query_one("#said", MessageLine).warn(said)
            return
        self.dismiss(rate)
