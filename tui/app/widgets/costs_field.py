"""Behind `c`: counts what a picture costs, and asks for its size where the model's is not known."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import bindings, key_of
from tui.app.asking import ask_about
from tui.app.cost_text import size_text, verdict
from tui.app.glyphs import glyphs
from tui.app.session import Session
from tui.model.input_size import parse_input_size
from tui.runs.inspection import Answer, Costs, CountCosts, Refused
from tui.runs.inspector import Inspector

HINT = "one side, or height×width, in pixels; enter counts"


class CostsField(Horizontal):
    """A prompt, a field, and what is wrong with what stands in it; shown only to ask."""

    BINDINGS = bindings("size")

    class Told(Message):
        """How it goes, in one line."""

        def __init__(self, line: str, *, warning: bool = False) -> None:
            super().__init__()
            self.line = line
            self.warning = warning

    class Counted(Message):
        """The session knows costs now."""

    class Closed(Message):
        """No more is asked."""

    class Answered(Message):
        """A picture has gone through, or could not."""

        def __init__(self, answer: Answer) -> None:
            super().__init__()
            self.answer = answer

    def __init__(self, session: Session, inspector: Inspector, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._inspector = inspector
        self._counting = False
        self._tried = session.input_size
        self._failed = False

    def compose(self) -> ComposeResult:
        yield Static("input size:", id="size-prompt", markup=False)
        yield Input(id="size", compact=True)
        yield Static(id="size-said", markup=False)

    @property
    def field(self) -> Input:
        """The input."""
        return self.query_one("#size", Input)

    def begin(self) -> None:
        """Count; where no size is known, or the last one did not go through, ask for one."""
        if self._counting:
            self.post_message(self.Told("a picture is still on its way through"))
        elif self._tried is None or self._failed:
            self.display = True
            self.field.value = size_text(self._tried).replace("×", "x") if self._tried else ""
            self.field.focus()
            self._say("")
        else:
            self._count(self._tried)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._say("")

    def _say(self, problem: str) -> None:
        signs = glyphs()
        said = self.query_one("#size-said", Static)
        said.set_class(bool(problem), "-warning")
        text = signs.text(f"{signs.warning} {problem}" if problem else HINT)
        said.update(signs.said(text), layout=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        # The input's own Enter, no binding of ours: it comes after all that was typed before it.
        event.stop()
        try:
            size = parse_input_size(event.value)
        except ValueError as error:
            self._say(str(error))
        else:
            self.action_cancel()
            self._count(size)

    def action_cancel(self) -> None:
        """Ask no more."""
        self.display = False
        self.post_message(self.Closed())

    def _count(self, size: tuple[int, int]) -> None:
        self._tried, self._counting = size, True
        self.post_message(self.Told(f"a picture of {size_text(size)} goes through …"))
        self._send_through(size)

    @work
    async def _send_through(self, size: tuple[int, int]) -> None:
        source = self._session.opened.source
        answer = await ask_about(self._inspector, source, CountCosts(size))
        self.post_message(self.Answered(answer))

    def on_costs_field_answered(self, event: Answered) -> None:
        event.stop()
        self._counting = False
        costs = event.answer
        self._failed = not isinstance(costs, Costs)
        if isinstance(costs, Costs):
            self._session.count(costs)
            self.post_message(self.Counted())
            self.post_message(self.Told(verdict(costs)))
        else:
            why = costs.message if isinstance(costs, Refused) else "the inspector gave no answer"
            again = f"{key_of('model.costs')} asks for another size"
            self.post_message(self.Told(f"{why}; {again}", warning=True))
