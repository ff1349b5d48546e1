"""The line that asks for the size of a picture, where the model's is not known."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import bindings
from tui.app.cost_text import size_text
from tui.app.glyphs import glyphs
from tui.app.printable import plain
from tui.model.input_size import parse_input_size

HINT = "one side, or height×width, in pixels; enter counts"


class InputSizeField(Horizontal):
    """A prompt, a field, and what is wrong with what stands in it."""

    BINDINGS = bindings("size")

    class Given(Message):
        """A size, in height and width."""

        def __init__(self, size: tuple[int, int]) -> None:
            super().__init__()
            self.size = size

    class Cancelled(Message):
        """No size."""

    def compose(self) -> ComposeResult:
        yield Static("input size:", id="size-prompt", markup=False)
        yield Input(id="size", compact=True)
        yield Static(id="size-said", markup=False)

    @property
    def field(self) -> Input:
        """The input."""
        return self.query_one("#size", Input)

    def open(self, size: tuple[int, int] | None) -> None:
        """Show the field with a size to begin from."""
        self.display = True
        self.field.value = size_text(size).replace("×", "x") if size else ""
        self.field.focus()
        self._say("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def _say(self, problem: str) -> None:
        signs = glyphs()
        said = self.query_one("#size-said", Static)
        said.set_class(bool(problem), "-warning")
        text = signs.text(f"{signs.warning} {problem}" if problem else HINT)
        said.update(plain(text, ascii_only=signs.ascii_only), layout=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        # The input's own Enter, no binding of ours: it comes after all that was typed before it.
        event.stop()
        try:
            size = parse_input_size(event.value)
        except ValueError as error:
            self._say(str(error))
        else:
            self.post_message(self.Given(size))

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self.post_message(self.Cancelled())
