"""One rule, typed: its action, what it is for, its value and epoch, judged at every key."""

from __future__ import annotations

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from tui.app.actions import bindings
from tui.app.glyphs import glyphs
from tui.app.rule_match import Judged, doubt, judge_rule, told
from tui.app.rule_text import SHORT
from tui.app.session import Session
from tui.app.widgets.typed_input import TypedInput
from tui.app.widgets.word_choice import WordChoice
from tui.model.families import ROLES
from tui.model.folding import covering
from tui.model.plan import ACTIONS, MULTIPLIERS, SELECTORS, Action, Rule, Selector

_ACTIONS: dict[str, Action] = {action: action for action in ACTIONS}
_SELECTORS: dict[str, Selector] = {selector: selector for selector in SELECTORS}
_WANTED: dict[str, str] = {
    "block": "name of a block",
    "parameter": "name of a parameter",
    "names": "regex as in collect_params()",
    "structure": "regex, found anywhere",
    "glob": "such as *.bias",
    "role": ", ".join(ROLES),
}
"""What the field of the selector takes."""


class RuleForm(Vertical):
    """A line of fields, and one that says what the rule would select or what is wrong with it."""

    BINDINGS = bindings("rule")

    class Accepted(Message):
        """The rule is as it should be."""

        def __init__(self, rule: Rule) -> None:
            super().__init__()
            self.rule = rule

    class Cancelled(Message):
        """Leave all as it was."""

    class Answered(Message):
        """It is known what a rule selects."""

        def __init__(self, judged: Judged) -> None:
            super().__init__()
            self.judged = judged

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._start: Rule | None = None
        self._node = 0
        self._offered = ""
        self._judged: Judged | None = None
        self._wanted: Rule | None = None
        self._confirmed: Rule | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="rule-line"):
            yield WordChoice(ACTIONS, shown=SHORT, id="rule-action")
            yield WordChoice(SELECTORS, id="rule-by")
            yield TypedInput(id="rule-select", compact=True, select_on_focus=False)
            yield Static("value", id="rule-value-prompt", markup=False)
            yield TypedInput(id="rule-value", compact=True)
            yield Static("epoch", id="rule-epoch-prompt", markup=False)
            yield TypedInput(id="rule-epoch", compact=True)
        yield Static(id="rule-verdict", markup=False)

    @property
    def action(self) -> WordChoice:
        """The field of the action."""
        return self.query_one("#rule-action", WordChoice)

    @property
    def by(self) -> WordChoice:
        """The field of the kind of selector."""
        return self.query_one("#rule-by", WordChoice)

    @property
    def judged(self) -> Judged | None:
        """What the rule in the fields selects; None until that is known."""
        return self._judged

    def field(self, name: str) -> Input:
        """The input for `select`, `value` or `epoch`."""
        return self.query_one(f"#rule-{name}", Input)

    def open(self, rule: Rule | None, node: int) -> None:
        """Show the fields of a rule, or of a new one that freezes what stands at a node."""
        self._start, self._node = rule, node
        self._confirmed = self._wanted = None
        path = self._session.tree.nodes[node].path
        by: Selector = "block" if self._session.tree.nodes[node].is_block else "parameter"
        shown = rule or Rule("freeze", by if path else "all", path)
        self._offered = "" if rule else shown.select
        with self.prevent(Input.Changed, WordChoice.Changed):
            self.action.word, self.by.word = shown.action, shown.by
            self.field("select").value = shown.select
            self.field("value").value = "" if shown.value is None else f"{shown.value:g}"
            self.field("epoch").value = str(shown.epoch)
        self.display = True
        self._refit()
        self.screen.set_focus(self.action)
        self._judge_again()

    def close(self) -> None:
        """Hide the fields."""
        self.workers.cancel_node(self)
        self.display = False

    # What is typed

    def on_word_choice_changed(self, event: WordChoice.Changed) -> None:
        event.stop()
        if event.choice is self.by:
            self._offer()
        self._refit()
        self._judge_again()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge_again()

    def _offer(self) -> None:
        """Put in what the cursor in the tree stands for, where nothing else was typed."""
        select = self.field("select")
        if select.value != self._offered:
            return
        tree, node = self._session.tree, self._node
        path = tree.nodes[node].path
        offers = {
            "block": path
            if tree.nodes[node].is_block
            else tree.nodes[tree.nodes[node].parent].path,
            "parameter": "" if tree.nodes[node].is_block else path,
            "role": self._session.roles.role_of(path) or "head",
        }
        self._offered = offers.get(self.by.word, "")
        with self.prevent(Input.Changed):
            select.value = self._offered

    def _refit(self) -> None:
        by = self.by.word
        multiplies = self.action.word in MULTIPLIERS
        self.field("select").display = by != "all"
        self.query_one("#rule-value-prompt").display = multiplies
        self.field("value").display = multiplies
        self.field("select").suggester = self._suggester(by)
        self.field("select").placeholder = _WANTED.get(by, "")

    def _suggester(self, by: str) -> SuggestFromList | None:
        tree = self._session.tree
        if by == "role":
            return SuggestFromList(ROLES)
        if by == "block":
            return SuggestFromList(tree.nodes.paths[node] for node in tree.block_nodes)
        return SuggestFromList(tree.parameter_of) if by == "parameter" else None

    def rule(self) -> Rule:
        """The rule that the fields make.

        Raises:
            ValueError: a field is not right; the message says which.
        """
        action, by = _ACTIONS[self.action.word], _SELECTORS[self.by.word]
        select = "" if by == "all" else self.field("select").value
        covers = None
        start = self._start
        if start is not None and (start.by, start.select) == (by, select):
            covers = start.covers
        value = _number(self.field("value").value) if action in MULTIPLIERS else None
        off = start is not None and start.off
        return Rule(action, by, select, covers, value, _epoch(self.field("epoch").value), off)

    # Judging

    def _judge_again(self) -> None:
        self._judged = None
        try:
            rule = self.rule()
        except ValueError as error:
            self.workers.cancel_node(self)
            self._say(str(error), warning=True)
        else:
            self._judge(rule)

    @work(exclusive=True)
    async def _judge(self, rule: Rule) -> None:
        self.post_message(self.Answered(await judge_rule(rule, self._session)))

    def on_rule_form_answered(self, event: Answered) -> None:
        event.stop()
        judged = event.judged
        try:
            if judged.rule != self.rule():
                return
        except ValueError:
            return
        self._judged = judged
        self._say(told(judged, self._session), warning=bool(judged.error or judged.nothing))
        if self._wanted == judged.rule:
            self.action_accept()

    def _say(self, verdict: str, *, warning: bool) -> None:
        signs = glyphs()
        line = self.query_one("#rule-verdict", Static)
        line.set_class(warning, "-warning")
        text = signs.text(f"{signs.warning} {verdict}" if warning else verdict)
        line.update(signs.said(text), layout=False)

    # Going on

    def action_accept(self) -> None:
        """Take the rule, once it is known what it selects."""
        try:
            rule = self.rule()
        except ValueError as error:
            self._say(str(error), warning=True)
            return
        judged = self._judged
        if judged is None or judged.rule != rule:
            self._wanted = rule
            return
        self._wanted = None
        doubtful = judged.error or doubt(judged, self._session)
        if judged.error or (doubtful and self._confirmed != rule):
            self._confirmed = rule
            again = "" if judged.error else "; enter again takes it all the same"
            self._say(doubtful.removeprefix("the pattern ") + again, warning=True)
            return
        if rule.by == "names" and rule.covers is None:
            covers = covering(self._session.tree, judged.found)
            rule = Rule(
                *(rule.action, rule.by, rule.select, covers, rule.value, rule.epoch, rule.off)
            )
        self.post_message(self.Accepted(rule))

    def action_cancel(self) -> None:
        """Leave all as it was."""
        self.post_message(self.Cancelled())

    def on_key(self, event: events.Key) -> None:
        # Keys that no field takes are not the screen's while a rule is typed.
        if event.is_printable:
            event.stop()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            "value: a number from 0 up" + (f", not {text!r}" if text else ", 0.1 for a tenth")
        ) from None


def _epoch(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"epoch: a whole number, 1 for the first, not {text!r}") from None
