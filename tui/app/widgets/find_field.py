"""The field behind `f`: a few letters of a name, and where they are found as they are typed."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import bindings
from tui.app.find_match import Found, find_names
from tui.app.session import Session
from tui.app.widgets.search_field import SearchField
from tui.app.widgets.typed_input import TypedInput


class FindField(SearchField):
    """One line: the field, and how often it is found."""

    BINDINGS = bindings("find")

    class Judged(Message):
        """It is known where what was typed is found; None where the field is empty."""

        def __init__(self, typed: str, found: Found | None) -> None:
            super().__init__()
            self.typed = typed
            self.found = found

    class Accepted(Message):
        """Stay where it was found."""

        def __init__(self, typed: str, found: Found) -> None:
            super().__init__()
            self.typed = typed
            self.found = found

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._found: Found | None = None
        self._found_for = ""

    def compose(self) -> ComposeResult:
        yield Static("find", id="find-prompt", markup=False)
        yield TypedInput(id="find", compact=True, select_on_focus=False)
        yield Static(id="find-verdict", markup=False)

    @property
    def found(self) -> Found | None:
        """Where what is in the field is found; None until that is known."""
        return self._found

    def open(self) -> None:
        """Show the field, empty."""
        self.display = True
        with self.prevent(Input.Changed):
            self.field.clear()
        self.field.focus()
        self.judge_again()

    def judge_again(self) -> None:
        self._found = None
        if self.field.value.strip():
            self._judge(self.field.value)
        else:
            self.workers.cancel_node(self)
            self._say("a few letters of a name, in their order", warning=False)
            self.post_message(self.Judged("", None))

    @work(exclusive=True)
    async def _judge(self, typed: str) -> None:
        session = self._session
        shown = session.shown.passing(session.resolution.states)
        passing = None if shown is None else session.tree.running_sum(shown)
        found = await find_names(typed, session.tree, passing)
        self.post_message(self.Judged(typed, found))

    def on_find_field_judged(self, event: Judged) -> None:
        # The message goes on to the screen, which moves the cursor. A stale one is dropped.
        if event.found is None:
            return
        if event.typed != self.field.value:
            event.stop()
            return
        self._found, self._found_for = event.found, event.typed
        count = len(event.found.nodes)
        among = "" if self._session.shown.name == "all" else " in what is shown"
        self._say(f"{count:,} found{among}" if count else f"nothing found{among}", not count)
        self.known()

    def _say(self, verdict: str, warning: bool) -> None:
        line = self.query_one("#find-verdict", Static)
        line.set_class(warning, "-warning")
        line.update(verdict)

    def action_accept(self) -> None:
        """Stay where it was found, once that is known."""
        if not self.field.value.strip():
            self.action_cancel()
        elif self._found is None or self._found_for != self.field.value:
            self.when_known(self.action_accept)
        else:
            self.post_message(self.Accepted(self.field.value, self._found))
