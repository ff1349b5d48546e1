"""One of a few words, chosen with the arrows or by typing its first letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import events
from textual.message import Message
from textual.widgets import Static

from tui.app.actions import bindings


class WordChoice(Static, can_focus=True):
    """Shows the chosen word; `shown` has shorter forms of some words."""

    BINDINGS = bindings("choice")

    class Changed(Message):
        """Another word is chosen."""

        def __init__(self, choice: WordChoice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(
        self, words: Sequence[str], *, shown: Mapping[str, str] | None = None, id: str | None = None
    ) -> None:
        super().__init__(markup=False, id=id)
        self._words = tuple(words)
        self._shown = dict(shown or {})
        self._word = self._words[0]
        self._typed = ""
        self.styles.width = 2 + max(len(self._text(word)) for word in self._words)

    @property
    def words(self) -> tuple[str, ...]:
        """What there is to choose from."""
        return self._words

    @property
    def word(self) -> str:
        """The chosen word."""
        return self._word

    @word.setter
    def word(self, word: str) -> None:
        changed, self._word = word != self._word, word
        self._draw(focused=self.has_focus)
        if changed:
            self.post_message(self.Changed(self))

    def _text(self, word: str) -> str:
        return self._shown.get(word, word)

    def _draw(self, *, focused: bool) -> None:
        text = self._text(self._word)
        # By more than colour: where the focus is, the word stands between signs.
        self.update(f"<{text}>" if focused else f" {text} ", layout=False)

    def on_mount(self) -> None:
        self._draw(focused=False)

    def on_focus(self) -> None:
        self._typed = ""
        self._draw(focused=True)

    def on_blur(self) -> None:
        self._draw(focused=False)

    def action_step(self, step: int) -> None:
        """Choose the next word, or the one before, and round the end."""
        self._typed = ""
        place = self._words.index(self._word) + step
        self.word = self._words[place % len(self._words)]

    def on_key(self, event: events.Key) -> None:
        """A letter goes on with what was typed, or begins anew."""
        letter = event.character
        if letter is None or not letter.isprintable():
            return
        # No letter is a key of the screen's while a word is being chosen.
        event.stop()
        for typed in (self._typed + letter.lower(), letter.lower()):
            fitting = [word for word in self._words if word.startswith(typed)]
            if fitting:
                self._typed = typed
                # The same letter again goes on to the next word that begins with it.
                later = self._words[self._words.index(self._word) + 1 :]
                again = [word for word in later if word in fitting] if len(typed) == 1 else []
                self.word = self._word if self._fits(typed) else (again or fitting)[0]
                return
        if letter == " ":
            self.action_step(1)

    def _fits(self, typed: str) -> bool:
        return len(typed) > 1 and self._word.startswith(typed)
