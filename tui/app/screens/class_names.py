"""The classes of one's own that some models of the zoo are made for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.app.actions import Where, bindings
from tui.app.screens.window import Window
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.typed_input import TypedInput
from tui.model.source import parse_classes


class ClassNames(Window["tuple[str, ...]"]):
    """Asks for them in one line; answers with them, or with nothing where it is left."""

    CSS_PATH = "../styles/class_names.tcss"
    BINDINGS = bindings("class_names")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("class_names", "window")

    def __init__(self, model: str) -> None:
        super().__init__()
        self._model = model

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield Static(f"Which classes is {self._model} for?", id="asked", markup=False)
            yield TypedInput(id="classes", compact=True, placeholder="fig, date, hazelnut")
            yield MessageLine(id="said")
            yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self.query_one("#classes", Input).cursor_blink = False
        self.query_one("#said", MessageLine).say("names with commas between")

    def action_open(self) -> None:
        """Answer, if they can be used."""
        try:
            classes = parse_classes(self.query_one("#classes", Input).value)
        except ValueError as error:
            self.query_one("#said", MessageLine).warn(str(error))
            return
        self.dismiss(classes)
