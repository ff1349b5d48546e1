"""A field whose text is looked for at every key: what the pattern and the find field share."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input


class SearchField(Widget):
    """Says where to go and when it is left; what its text comes to is known a little later."""

    class Asked(Message):
        """Something that is asked of the screen."""

        def __init__(self, field: SearchField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> SearchField:
            """The field that asks."""
            return self.field

    class Step(Asked):
        """Go to the next place (1) or the one before (-1)."""

        def __init__(self, field: SearchField, step: int) -> None:
            super().__init__(field)
            self.step = step

    class Cancelled(Asked):
        """Leave all as it was."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._then: tuple[str, Callable[[], None]] | None = None

    @property
    def field(self) -> Input:
        """The input."""
        return self.query_one(Input)

    def judge_again(self) -> None:
        """Find out what the text in the field comes to."""
        raise NotImplementedError

    def hide(self) -> None:
        """Hide the field. What is still being looked for is not waited for, nor done once known."""
        self._then = None
        self.workers.cancel_node(self)
        self.display = False

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.judge_again()

    def when_known(self, then: Callable[[], None]) -> None:
        """Do it once it is known what the text comes to; other text calls it off."""
        self._then = self.field.value, then

    def known(self) -> None:
        """It is known now: do what was waiting for it."""
        waited, self._then = self._then, None
        if waited is not None and waited[0] == self.field.value:
            waited[1]()

    def action_step(self, step: int) -> None:
        """Go to another place."""
        self.post_message(self.Step(self, step))

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self.post_message(self.Cancelled(self))
