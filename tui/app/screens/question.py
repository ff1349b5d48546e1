"""A question with a few answers, over the screen that asks it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Button, Static

from tui.app.actions import Where, bindings
from tui.app.glyphs import glyphs
from tui.app.screens.window import Window


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the key that gives it, its words, its value."""

    key: str
    label: str
    value: str


class Question(Window[str]):
    """Asks; answers with the value of a choice. The first has the focus; Escape gives the last,
    which changes nothing."""

    CSS_PATH = "../styles/question.tcss"
    BINDINGS = bindings("question")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("question", "window")

    def __init__(self, question: str, explanation: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._question = question
        self._explanation = explanation
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        """The question, what it means, and a button an answer."""
        write = glyphs().text
        with Vertical(id="question"):
            yield Static(write(self._question), id="asked", markup=False)
            yield Static(write(self._explanation), id="meaning", markup=False)
            for index, choice in enumerate(self._choices):
                yield Button(f"{choice.key}  {write(choice.label)}", id=f"c{index}", compact=True)

    def on_key(self, event: events.Key) -> None:
        """A choice's own key gives it."""
        for choice in self._choices:
            if event.key == choice.key:
                event.stop()
                self.dismiss(choice.value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Enter, or a click."""
        self.dismiss(self._choices[int((event.button.id or "c0")[1:])].value)

    def action_stay(self) -> None:
        """Change nothing."""
        self.dismiss(self._choices[-1].value)
