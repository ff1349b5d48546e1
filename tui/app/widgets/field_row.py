"""A line of a form: label, input, and beside it what is allowed, or what is wrong."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tui.app.glyphs import glyphs
from tui.app.widgets.typed_input import FormInput


class FieldRow(Horizontal):
    """One field. `name` is the field's, `help` is shown while nothing is wrong."""

    def __init__(
        self, name: str, label: str, value: str, help: str = "", *, placeholder: str = ""
    ) -> None:
        super().__init__(id=f"row-{name}")
        self.field = name
        self.label = label
        self._help = help
        self._input = FormInput(
            value, id=f"field-{name}", compact=True, placeholder=placeholder, select_on_focus=False
        )
        self._said = Static(glyphs().text(help), classes="said", markup=False)
        self.problem = ""

    def compose(self) -> ComposeResult:
        yield Static(self.label, classes="label", markup=False)
        yield self._input
        yield self._said

    def on_descendant_focus(self) -> None:
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        self.remove_class("-focused")

    @property
    def input(self) -> Input:
        """Where it is typed."""
        return self._input

    @property
    def text(self) -> str:
        """What is typed."""
        return self._input.value

    def say(self, problem: str, help: str | None = None) -> None:
        """Show what is wrong; nothing wrong shows the help again."""
        self._help = self._help if help is None else help
        self.problem = problem
        self._said.set_class(bool(problem), "-problem")
        self._said.update(glyphs().text(f"! {problem}" if problem else self._help))
