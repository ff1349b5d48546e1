"""The keys of the model screen that look for something: by letters, and by a regex."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from tui.app.actions import key_of
from tui.app.screens.plan_keys import PlanKeys
from tui.app.session import Session
from tui.app.widgets.find_field import FindField
from tui.app.widgets.pattern_field import PatternField
from tui.app.widgets.search_field import SearchField
from tui.model.folding import covering
from tui.model.plan import Rule


class ModelSearches(PlanKeys):
    """A screen with a tree, and two fields whose letters are looked for in it. Whoever cancels is
    back where the search began."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._place: tuple[bytes, int] | None = None

    @property
    def pattern_field(self) -> PatternField:
        """The field behind `/`."""
        return self.query_one("#pattern-field", PatternField)

    @property
    def find_field(self) -> FindField:
        """The field behind `f`."""
        return self.query_one("#find-field", FindField)

    def _last_matched(self, parameters: Sequence[int], typed: str) -> None:
        """Keep what a find or a regex matched, for the filter."""
        shown = self.session.shown
        shown.matching, shown.by = parameters, typed
        if shown.name == "matching":
            self.parameter_tree.show_filter()

    # The find field

    def action_find(self) -> None:
        """Open the find field."""
        self._place = self.parameter_tree.place
        self.message.display = False
        self.parameter_tree.show_found(None)
        self.find_field.open()

    def on_find_field_judged(self, event: FindField.Judged) -> None:
        if not self.find_field.display or self._place is None:
            return
        # What was unfolded for the letters before need not stay so for these.
        self.parameter_tree.place = self._place
        self.parameter_tree.show_found(event.found)

    @on(SearchField.Step, "#find-field")
    def _step_in_found(self, event: SearchField.Step) -> None:
        self.parameter_tree.action_go_to_found(event.step)

    def on_find_field_accepted(self, event: FindField.Accepted) -> None:
        self._close_find()
        if event.found.best < 0:
            self.parameter_tree.show_found(None)
            self.message.warn(
                f"nothing is named like {event.typed}: {key_of('model.find')} tries other letters, "
                f"{key_of('model.pattern')} takes a regex"
            )
            return
        self._last_matched(event.found.parameters(self.session.tree), event.typed)
        count = len(event.found.nodes)
        after, before = key_of("tree.found_next"), key_of("tree.found_previous")
        only = key_of("tree.filter")
        self.message.say(
            f"{count:,} found · {after} next, {before} previous, {only} shows only them"
        )

    @on(SearchField.Cancelled, "#find-field")
    def _find_no_more(self) -> None:
        if self._place is not None:
            self.parameter_tree.place = self._place
        self.parameter_tree.show_found(None)
        self._close_find()

    def _close_find(self) -> None:
        self.find_field.hide()
        self.message.display = True
        self.parameter_tree.focus()

    # The pattern field

    def action_pattern(self) -> None:
        """Open the pattern field."""
        self._place = self.parameter_tree.place
        self.message.display = False
        self.pattern_field.open()

    def on_pattern_field_judged(self, event: PatternField.Judged) -> None:
        if self.pattern_field.display:
            self.parameter_tree.mark(event.matched.parameters if event.matched else None)

    @on(SearchField.Step, "#pattern-field")
    def _step_in_matches(self, event: SearchField.Step) -> None:
        self.parameter_tree.go_to_match(event.step)

    def on_pattern_field_accepted(self, event: PatternField.Accepted) -> None:
        matched = event.matched
        tree = self.session.tree
        covers = covering(tree, matched.parameters) if matched.by == "names" else None
        rule = Rule(event.action, matched.by, matched.pattern, covers)
        verb = "froze" if event.action == "freeze" else "thawed"
        already = "frozen" if event.action == "freeze" else "trainable"
        self._close_pattern(clear=True)
        self._last_matched(matched.parameters, matched.pattern)
        self.change(
            self.session.plan.with_rules(rule),
            f"{verb} {matched.pattern}",
            f"{matched.pattern}: nothing to change, all of it is {already} already",
        )

    @on(SearchField.Cancelled, "#pattern-field")
    def _match_no_more(self) -> None:
        if self._place is not None:
            self.parameter_tree.place = self._place
        matched = self.pattern_field.matched
        if matched is not None and matched.parameters:
            self._last_matched(matched.parameters, matched.pattern)
        self._close_pattern(clear=False)

    def _close_pattern(self, *, clear: bool) -> None:
        self.pattern_field.close(clear=clear)
        self.message.display = True
        self.parameter_tree.mark(None)
        self.parameter_tree.focus()
