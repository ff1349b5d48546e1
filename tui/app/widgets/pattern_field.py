"""The field behind `/`: a regular expression, what it matches as it is typed, and what then."""

from __future__ import annotations

from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tui.app.actions import bindings, key_of
from tui.app.glyphs import glyphs
from tui.app.pattern_match import Matched, Names, hinted, match_pattern, refusal, told
from tui.app.session import Session
from tui.app.widgets.search_field import SearchField
from tui.app.widgets.typed_input import TypedInput
from tui.model.plan import Action
from tui.printable import plain

_PROMPTS: dict[Names, str] = {
    "names": "/ in collect_params(), from the start:",
    "structure": "/ in structure names, anywhere:",
}


class PatternField(SearchField):
    """Three lines: the field, what the pattern matches, what was probably meant."""

    BINDINGS = bindings("pattern")

    class Judged(Message):
        """A pattern has been matched; None where the field is empty."""

        def __init__(self, matched: Matched | None) -> None:
            super().__init__()
            self.matched = matched

    class Accepted(Message):
        """A pattern is to be applied."""

        def __init__(self, matched: Matched, action: Action) -> None:
            super().__init__()
            self.matched = matched
            self.action = action

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._by: Names = "names"
        self._matched: Matched | None = None
        self._confirmed = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="pattern-line"):
            yield Static(_PROMPTS[self._by], id="pattern-prompt", markup=False)
            yield TypedInput(id="pattern", compact=True, select_on_focus=False)
        yield Static(id="pattern-verdict", markup=False)
        yield Static(id="pattern-hint", markup=False)

    @property
    def matched(self) -> Matched | None:
        """What the pattern in the field matches; None until that is known."""
        return self._matched

    def open(self) -> None:
        """Show the field, with the last pattern that was cancelled or refused still in it; what
        is typed takes its place, unless a key moves in it first."""
        self.display = True
        self.field.focus()
        self.field.select_all()
        self.judge_again()

    def close(self, *, clear: bool) -> None:
        """Hide the field."""
        self.hide()
        if clear:
            with self.prevent(Input.Changed):
                self.field.clear()

    def judge_again(self) -> None:
        self._matched = None
        self._confirmed = False
        if self.field.value:
            self._judge(self.field.value, self._by)
        else:
            self.workers.cancel_node(self)
            self._say("a regular expression; what it matches is marked as you type", "", False)
            self.post_message(self.Judged(None))

    @work(exclusive=True)
    async def _judge(self, pattern: str, by: Names) -> None:
        self.post_message(self.Judged(await match_pattern(pattern, by, self._session.tree)))

    def on_pattern_field_judged(self, event: Judged) -> None:
        # The message goes on to the screen, which marks the tree. A stale one is dropped.
        matched = event.matched
        if matched is None:
            return
        if (matched.pattern, matched.by) != (self.field.value, self._by):
            event.stop()
            return
        self._matched = matched
        self._tell()
        self.known()

    def _tell(self) -> None:
        if self._matched is not None:
            states = self._session.resolution.states
            self._say(
                told(self._matched, self._session.tree, states),
                hinted(self._matched, self._session.roles.head),
                bool(self._matched.error or self._matched.nothing or self._matched.everything),
            )

    def _say(self, verdict: str, hint: str, warning: bool) -> None:
        signs = glyphs()
        line = self.query_one("#pattern-verdict", Static)
        line.set_class(warning, "-warning")
        text = signs.text(f"{signs.warning} {verdict}" if warning else verdict)
        line.update(plain(text, ascii_only=signs.ascii_only), layout=False)
        self.query_one("#pattern-hint", Static).update(signs.said(hint), layout=False)

    def action_apply(self, action: Action) -> None:
        """Freeze or thaw what the pattern matches, once that is known and makes sense."""
        if not self.field.value:
            self._say(
                f"type a pattern first; {key_of('model.all')} thaws everything, "
                f"{key_of('pattern.cancel')} leaves",
                "",
                True,
            )
            return
        matched = self._matched
        if matched is None or matched.pattern != self.field.value:
            self.when_known(partial(self.action_apply, action))
            return
        parameters = self._session.tree.parameters
        why = refusal(
            matched,
            action,
            confirmed=self._confirmed,
            can_train=any(parameters[index].can_train for index in matched.parameters),
        )
        if why:
            self._confirmed = matched.everything and action == "freeze"
            self._say(why, hinted(matched, self._session.roles.head), True)
            return
        self.post_message(self.Accepted(matched, action))

    def action_take_hint(self) -> None:
        """Put the pattern that was probably meant into the field."""
        if self._matched is not None and self._matched.hint is not None:
            self.field.value = self._matched.hint.pattern
            self.field.cursor_position = len(self.field.value)

    def action_switch_names(self) -> None:
        """Match the other kind of names."""
        self._by = "structure" if self._by == "names" else "names"
        self.query_one("#pattern-prompt", Static).update(_PROMPTS[self._by])
        self.judge_again()
