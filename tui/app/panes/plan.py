"""The plan pane: the rules that decide what trains, in their order, and the keys that edit them."""

from __future__ import annotations

import asyncio

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.app.actions import at, bindings, key_of
from tui.app.glyphs import glyphs
from tui.app.rule_text import count_words, plan_title, rule_words
from tui.app.session import Session
from tui.app.widgets.plan_file_field import PlanFileField, Purpose
from tui.app.widgets.rule_form import RuleForm
from tui.app.widgets.rule_list import GUTTER, RuleList, RuleRow, rule_lines
from tui.model.findings import Finding, findings
from tui.model.plan import FreezePlan, describe
from tui.model.rule_edits import inserted, moved, replaced, switched, without
from tui.model.selection import PatternError
from tui.model.tree import ModelTree

_ACTIONS = {action.run.partition("(")[0] for action in at("plan")}


class PlanPane(Vertical):
    """Shows the plan of a session. It changes nothing itself: it says what is to be changed."""

    BINDINGS = bindings("plan")

    class Changed(Message):
        """Another plan is wanted, with the cursor on one of its rules."""

        def __init__(self, plan: FreezePlan, what: str, cursor: int) -> None:
            super().__init__()
            self.plan = plan
            self.what = what
            self.cursor = cursor

    class Told(Message):
        """There is something to say, in one line."""

        def __init__(self, line: str, *, warning: bool = False) -> None:
            super().__init__()
            self.line = line
            self.warning = warning

    class Left(Message):
        """The focus is to go back to the tree; `closed` is whether the pane goes too."""

        def __init__(self, *, closed: bool) -> None:
            super().__init__()
            self.closed = closed

    class Typing(Message):
        """A field has been opened, or closed."""

    class _Found(Message):
        """What there is to say of a plan has been found out."""

        def __init__(self, plan: FreezePlan, found: tuple[Finding, ...]) -> None:
            super().__init__()
            self.plan = plan
            self.found = found

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._found: tuple[Finding, ...] = ()
        self._found_of: FreezePlan | None = None
        self._node = 0
        self._editing = -1

    def compose(self) -> ComposeResult:
        yield Static(id="plan-title", markup=False)
        yield Static(id="plan-heads", markup=False)
        yield RuleList(id="rules")
        yield Static(id="rule-said", markup=False)
        yield RuleForm(self._session, id="rule-form")
        yield PlanFileField(self._session, id="plan-file")

    @property
    def rules(self) -> RuleList:
        """The list."""
        return self.query_one("#rules", RuleList)

    @property
    def form(self) -> RuleForm:
        """The fields of a rule."""
        return self.query_one("#rule-form", RuleForm)

    @property
    def file_field(self) -> PlanFileField:
        """The field that asks for a file."""
        return self.query_one("#plan-file", PlanFileField)

    @property
    def typing(self) -> bool:
        """Whether a field is open."""
        return self.form.display or self.file_field.display

    @property
    def cursor(self) -> int:
        """The place of the rule under the cursor; -1 where there is none."""
        highlighted = self.rules.highlighted
        return -1 if highlighted is None else highlighted

    @property
    def found_out(self) -> bool:
        """Whether all is known that there is to say of the plan."""
        return self._found_of == self._session.plan

    def on_mount(self) -> None:
        self.form.display = self.file_field.display = False

    def open(self, node: int) -> None:
        """Show the pane and go into it. `node` is what a new rule is for, unless told otherwise."""
        self._node = node
        reopened, self.display = not self.display, True
        # At once: the next key may be here already.
        self.screen.set_focus(self.rules)
        self.show(len(self._session.plan.rules) - 1 if reopened else None)

    def close(self) -> None:
        """Hide the pane, and what is typed in it."""
        self._close_fields()
        self.display = False

    def follow(self, node: int) -> None:
        """The cursor of the tree is on another node."""
        self._node = node

    # Showing

    def show(self, cursor: int | None = None) -> None:
        """Show the plan as it stands, with the cursor on a rule, or where it is."""
        if not self.display:
            return
        if not self.found_out:
            self._find_out(self._session.plan, self._session.tree)
        width = max(20, self.rules.scrollable_content_region.width - GUTTER)
        rows = self._rows()
        self._fit_height(len(rows))
        head, lines = rule_lines(rows, width)
        heads = self.query_one("#plan-heads", Static)
        heads.display = bool(rows)
        heads.update(" " * GUTTER + head, layout=False)
        marked = [(line, row.marked) for line, row in zip(lines, rows, strict=True)]
        self.rules.show(marked, self.cursor if cursor is None else cursor)
        self._show_title()
        self._show_said()

    def _fit_height(self, rules: int) -> None:
        """Below the tree, take no more of its place than is needed."""
        if self.screen.has_class("-beside"):
            self.styles.height = None
            return
        most = max(5, self.parent.size.height * 6 // 10) if isinstance(self.parent, Widget) else 5
        self.styles.height = min(most, 2 + max(3, rules) + 3)

    def _rows(self) -> list[RuleRow]:
        session = self._session
        at = {epoch: session.at_epoch(epoch) for epoch in session.plan.epochs}
        marked = {finding.rule for finding in self._known()}
        return [
            RuleRow(
                rule,
                session.resolution.selected[place],
                0 if rule.off else at[rule.epoch].decided[place],
                place in marked,
            )
            for place, rule in enumerate(session.plan.rules)
        ]

    def _known(self) -> tuple[Finding, ...]:
        return self._found if self.found_out else ()

    def _show_title(self) -> None:
        signs = glyphs()
        hint = "" if self.typing else f"{key_of('model.plan')} edits"
        if self.rules.has_focus:
            hint = f"{key_of('plan.leave')} goes back"
        room = max(1, self.size.width - 4 - len(hint))
        title = signs.cut(signs.text(plan_title(self._session.plan)), room)
        text = f"{title.ljust(room)}  {hint}"
        self.query_one("#plan-title", Static).update(text, layout=False)

    def _show_said(self) -> None:
        place, session, signs = self.cursor, self._session, glyphs()
        parts: list[tuple[str, str]] = []
        if place < 0:
            adds, loads, lists = map(key_of, ("plan.add", "plan.load", "model.presets"))
            parts.append(
                (f"{adds} adds a rule, {loads} loads a plan, {lists} lists plans by name", "")
            )
        else:
            rule = session.plan.rules[place]
            row = self._rows()[place]
            words = f"{rule_words(rule)}: {count_words(row.selected, row.decided, rule)}"
            parts.append((words, ""))
        # The rule is named by the cursor: what is said of it need not name it again.
        name = f"rule {place + 1} ({describe(session.plan.rules[place])}) " if place >= 0 else ""
        said = [
            finding.text.removeprefix(name)
            for finding in self._known()
            if finding.rule in (place, -1)
        ]
        parts += [(f"{signs.warning} {text}", "bold $text-warning") for text in said]
        safe = [(signs.said(t), style) for t, style in parts]
        lines = Content("\n").join(Content.styled(text, style) for text, style in safe)
        self.query_one("#rule-said", Static).update(lines)

    @work(exclusive=True, group="findings")
    async def _find_out(self, plan: FreezePlan, tree: ModelTree) -> None:
        self.post_message(self._Found(plan, await asyncio.to_thread(_findings, plan, tree)))

    def on_plan_pane__found(self, event: _Found) -> None:
        event.stop()
        self._found, self._found_of = event.found, event.plan
        self.show()

    def on_option_list_option_highlighted(self, event: RuleList.OptionHighlighted) -> None:
        event.stop()
        self._show_said()

    def on_option_list_option_selected(self, event: RuleList.OptionSelected) -> None:
        # By a click; Enter is an action.
        event.stop()

    def on_descendant_focus(self) -> None:
        self._show_title()

    def on_descendant_blur(self) -> None:
        self._show_title()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # While a field is typed in its keys are the only ones.
        return not (action in _ACTIONS and self.is_mounted and self.typing)

    def action_step(self, by: int) -> None:
        """Move the cursor to the next rule, or to the one before."""
        if by > 0:
            self.rules.action_cursor_down()
        else:
            self.rules.action_cursor_up()

    # Editing

    def _change(self, plan: FreezePlan, what: str, cursor: int) -> None:
        self.post_message(self.Changed(plan, what, cursor))

    def _at_cursor(self) -> int:
        if self.cursor < 0:
            self.post_message(
                self.Told(f"there is no rule yet: {key_of('plan.add')} adds one", warning=True)
            )
        return self.cursor

    def action_add(self) -> None:
        """Add a rule behind the one under the cursor."""
        self._open_form(-1)

    def action_edit(self) -> None:
        """Edit the rule under the cursor."""
        if self._at_cursor() >= 0:
            self._open_form(self.cursor)

    def _open_form(self, place: int) -> None:
        self._editing = place
        rule = self._session.plan.rules[place] if place >= 0 else None
        self.query_one("#rule-said").display = False
        self.form.open(rule, self._node)
        self.post_message(self.Typing())

    def on_rule_form_accepted(self, event: RuleForm.Accepted) -> None:
        event.stop()
        plan, place = self._session.plan, self._editing
        self._close_fields()
        if place < 0:
            place = self.cursor + 1
            self._change(inserted(plan, place, event.rule), f"added rule {place + 1}", place)
        else:
            self._change(replaced(plan, place, event.rule), f"edited rule {place + 1}", place)

    def on_rule_form_cancelled(self, event: RuleForm.Cancelled) -> None:
        event.stop()
        self._close_fields()

    def action_move(self, by: int) -> None:
        """Move the rule under the cursor one up (-1) or down."""
        place = self._at_cursor()
        if place < 0:
            return
        plan = moved(self._session.plan, place, by)
        if plan is self._session.plan:
            self.post_message(self.Told(f"it is the {'first' if by < 0 else 'last'} rule"))
            return
        where = place + by
        self._change(plan, f"moved rule {place + 1} to {where + 1}", where)

    def action_switch(self) -> None:
        """Switch the rule under the cursor off, or on again."""
        place = self._at_cursor()
        if place >= 0:
            word = "on" if self._session.plan.rules[place].off else "off"
            plan = switched(self._session.plan, place)
            self._change(plan, f"switched rule {place + 1} {word}", place)

    def action_delete(self) -> None:
        """Delete the rule under the cursor."""
        place = self._at_cursor()
        if place >= 0:
            self._change(without(self._session.plan, place), f"deleted rule {place + 1}", place)

    def action_leave(self) -> None:
        """Give the focus back to the tree."""
        self.post_message(self.Left(closed=False))

    def action_close(self) -> None:
        """Give the focus back, and go."""
        self.post_message(self.Left(closed=True))

    def _close_fields(self) -> None:
        typed = self.typing
        self.form.close()
        self.file_field.display = False
        self.query_one("#rule-said").display = True
        if typed and self.display:
            self.screen.set_focus(self.rules)
        self.post_message(self.Typing())

    # Files

    def action_file(self, purpose: Purpose) -> None:
        """Ask for a file, to write the plan to or to load one from."""
        self.file_field.open(purpose)
        doing = (
            "writes the plan"
            if purpose == "write"
            else f"loads a plan, {key_of('model.undo')} takes it back"
        )
        self.post_message(self.Told(f"enter {doing}; {key_of('file.cancel')} goes back"))
        self.post_message(self.Typing())

    def on_plan_file_field_cancelled(self, event: PlanFileField.Cancelled) -> None:
        event.stop()
        self._close_fields()
        self.post_message(self.Told(""))

    def on_plan_file_field_loaded(self) -> None:
        self._close_fields()

    def on_plan_file_field_written(self) -> None:
        self._close_fields()


def _findings(plan: FreezePlan, tree: ModelTree) -> tuple[Finding, ...]:
    try:
        return findings(plan, tree)
    except PatternError as error:
        return (Finding(str(error), serious=True),)
