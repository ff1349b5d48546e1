"""The keys of the model screen that change the plan, and what is said of each change."""

from __future__ import annotations

import msgspec

from tui.app.actions import key_of
from tui.app.panes.plan import PlanPane
from tui.app.rule_text import serious_words
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.session import Session
from tui.app.totals_text import verdict
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.parameter_tree import ParameterTree
from tui.app.widgets.plan_file_field import PlanFileField
from tui.figures import counted
from tui.model.findings import unpretrained_frozen
from tui.model.folding import covering
from tui.model.plan import MULTIPLIERS, FreezePlan
from tui.model.presets import PRESETS, PresetError, head_only
from tui.model.selection import PatternError
from tui.model.toggles import inverted, simplified, statistics_toggled, toggled


class PlanKeys(StackedScreen[None]):
    """A screen with a session whose plan its keys change. Every change goes through `change`."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._asked_to_leave = False

    @property
    def parameter_tree(self) -> ParameterTree:
        """The tree."""
        return self.query_one("#tree", ParameterTree)

    @property
    def message(self) -> MessageLine:
        """The line that says what was done."""
        return self.query_one("#message", MessageLine)

    @property
    def plan_pane(self) -> PlanPane:
        """The pane behind `r`."""
        return self.query_one("#plan", PlanPane)

    def show_plan(self) -> None:
        """Show what has become of the plan, wherever it is shown."""
        raise NotImplementedError

    def close_detail(self) -> None:
        """Hide the detail pane, in whose place the plan pane stands."""
        raise NotImplementedError

    def change(self, plan: FreezePlan, what: str, nothing: str, *, in_words: bool = False) -> bool:
        """Make another plan the current one and say so; False where it was not. `nothing` is
        said where it would do the same; with `in_words`, other rules are a change as well."""
        self._asked_to_leave = False
        before = self._unpretrained_frozen()
        try:
            changed = self.session.change(plan, what, in_words=in_words)
        except PatternError as error:
            self.message.warn(str(error))
            return False
        if changed:
            self._show(what)
            self._warn_of_unpretrained(what, before)
        else:
            self.message.say(nothing)
        return changed

    def _show(self, what: str) -> None:
        self.show_plan()
        self.message.say(f"{what}: {verdict(self.session.totals)}")

    def _unpretrained_frozen(self) -> tuple[int, ...]:
        session = self.session
        if not session.origins.any:
            return ()
        return unpretrained_frozen(session.tree, session.resolution)

    def _warn_of_unpretrained(self, what: str, before: tuple[int, ...]) -> None:
        tree = self.session.tree
        new = set(self._unpretrained_frozen()).difference(before)
        if new:
            where = covering(tree, sorted(new))
            more = f" and {len(where) - 1} more" if len(where) > 1 else ""
            self.message.warn(
                f"{what}: frozen, but never pretrained: {where[0] or 'the whole model'}{more}; "
                f"{key_of('model.presets')}, pretrained part frozen"
            )

    # The cursor's own

    def action_freeze_or_thaw(self) -> None:
        """Freeze or thaw what is under the cursor."""
        session, node = self.session, self.parameter_tree.cursor
        plan = toggled(session.plan, session.tree, node, session.resolution.states)
        name = self._named(node)
        if plan == session.plan:
            self.message.warn(f"{name}: {self._why_not(node)}")
            return
        verb = "froze" if plan.rules[-1].action == "freeze" else "thawed"
        plan = simplified(plan, session.tree)
        self.change(plan, f"{verb} {name}", f"{name}: nothing to change")

    def _named(self, node: int) -> str:
        return self.session.tree.nodes[node].path or "the whole model"

    def _why_not(self, node: int) -> str:
        here = self.session.tree.nodes[node]
        if here.is_block:
            return "holds nothing that can train"
        if self.session.tree.parameter_info(node).kind == "statistic":
            fixes = key_of("model.statistics")
            return (
                "a statistic, fixed when its norm's gamma and beta are frozen; "
                f"{fixes} fixes it too"
            )
        return "a constant, it never trains"

    def action_statistics(self) -> None:
        """Fix the statistics at and below the cursor, or let them move."""
        session, node = self.session, self.parameter_tree.cursor
        plan = statistics_toggled(session.plan, session.tree, node, session.resolution)
        name = self._named(node)
        if plan == session.plan:
            self.message.warn(f"{name}: no norm layer here, so no statistics to fix")
            return
        fixed = plan.rules[-1].action == "freeze statistics"
        what = f"{'fixed' if fixed else 'let move'} the statistics of {name}"
        if self.change(simplified(plan, session.tree), what, f"{name}: nothing to change"):
            self.message.say(f"{what}: {self._layers()}")

    def _layers(self) -> str:
        fixed, moving = self.session.statistics.layers
        if not moving:
            return f"all {counted(fixed, 'norm layer')} are fixed now"
        if not fixed:
            return f"all {counted(moving, 'norm layer')} move now"
        return f"{counted(fixed, 'norm layer')} fixed now, {moving:,} moving"

    # The whole model's

    def action_preset(self, name: str) -> None:
        """Make a plan by name the current one."""
        preset, session = PRESETS[name], self.session
        title = preset.title
        try:
            plan = preset.on(session.plan, session.tree, session.roles)
        except PresetError as error:
            self.message.warn(f"{title}: {error}")
            return
        self.change(plan, title, f"{title}: so it is already; {verdict(session.totals)}")

    def action_presets(self) -> None:
        """Choose from all plans by name."""
        from tui.app.screens.presets import PresetsScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.action_preset(name)

        self.app.push_screen(PresetsScreen(self.session), chosen)

    def action_ladder(self, by: int) -> None:
        """Unfreeze one stage more (1), or one less (-1)."""
        session, ladder = self.session, self.session.ladder
        states = session.resolution.states
        if not ladder.rungs:
            try:
                head_only(session.tree, session.roles)
            except PresetError as error:
                self.message.warn(str(error))
            return
        rung = ladder.next_rung(states, by)
        if rung is None:
            self.message.say(self._no_rung(by))
            return
        # As with a preset, what the plan says of rates and weight decay stays.
        multipliers = (rule for rule in session.plan.rules if rule.action in MULTIPLIERS)
        plan = session.plan.replaced((*ladder.plan(rung).rules, *multipliers))
        title = ladder.title(rung)
        self.change(plan, title, f"{title}: so it is already; {verdict(session.totals)}")

    def _no_rung(self, by: int) -> str:
        if by > 0:
            return "everything trains: there is no stage left to unfreeze"
        if self.session.ladder.rung_of(self.session.resolution.states) < 0:
            return f"not even the whole head trains; {key_of('model.unfreeze_stage')} thaws it"
        inverts = f"{key_of('model.invert')} inverts"
        return f"only the head trains: there is no stage left to freeze; {inverts}"

    def action_invert(self) -> None:
        """Turn trainable and frozen around."""
        plan = inverted(self.session.plan, self.session.tree)
        self.change(plan, "inverted", "invert: nothing here can train")

    def action_dropout(self) -> None:
        """Switch dropout off inside frozen blocks, or on again."""
        plan = self.session.plan
        off = not plan.dropout_off
        what = "dropout off inside frozen blocks" if off else "dropout as the network was built"
        self.change(msgspec.structs.replace(plan, dropout_off=off), what, what)

    def action_undo(self) -> None:
        """Undo the last change."""
        self._asked_to_leave = False
        what = self.session.undo()
        if what is None:
            self.message.say("nothing to undo")
        else:
            self._show(f"undone: {what}")

    def action_redo(self) -> None:
        """Do again what was undone."""
        self._asked_to_leave = False
        what = self.session.redo()
        if what is None:
            self.message.say("nothing to redo")
        else:
            self._show(f"redone: {what}")

    # The plan pane

    def action_plan(self) -> None:
        """Go into the plan pane, which takes the place of the detail pane."""
        self.close_detail()
        self.add_class("-plan")
        self.plan_pane.open(self.parameter_tree.cursor)

    def on_plan_pane_changed(self, event: PlanPane.Changed) -> None:
        if self.change(event.plan, event.what, f"{event.what}: nothing changes", in_words=True):
            self.plan_pane.show(event.cursor)

    def on_plan_file_field_loaded(self, event: PlanFileField.Loaded) -> None:
        self.take_up(event.plan, event.path.name)
        self.plan_pane.show(0)

    def take_up(self, plan: FreezePlan, name: str) -> None:
        """Make a plan from a file the current one, and say what of it does not do what it
        says."""
        session = self.session
        changed = self.change(plan, name, f"{name}: the very same plan", in_words=True)
        if not changed and session.plan != plan:
            return  # a pattern cannot be used, which has been said
        session.keep()
        problems = serious_words(plan, session.resolution, session.tree)
        if problems:
            more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
            taken = f"; {key_of('model.undo')} takes it back"
            self.message.warn(f"{name}: {problems[0]}{more}{taken * changed}")

    def on_plan_file_field_written(self, event: PlanFileField.Written) -> None:
        self.session.keep()
        self.message.say(f"the plan is in {event.path}")

    def on_plan_file_field_refused(self, event: PlanFileField.Refused) -> None:
        self.message.warn(event.problem)

    def on_plan_pane_told(self, event: PlanPane.Told) -> None:
        (self.message.warn if event.warning else self.message.say)(event.line)

    def on_plan_pane_typing(self) -> None:
        self.refresh_bindings()

    def on_plan_pane_left(self, event: PlanPane.Left) -> None:
        if event.closed:
            self.close_plan()
        self.parameter_tree.focus()

    def close_plan(self) -> None:
        """Hide the plan pane."""
        self.plan_pane.close()
        self.remove_class("-plan")
