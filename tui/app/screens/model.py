"""The model screen: what there is, what trains, and the keys that change it."""

from __future__ import annotations

import gc
import subprocess
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message
from textual.widgets import Static

from tui.app.actions import Where, at, bindings, key_of
from tui.app.panes.detail import DetailPane
from tui.app.panes.plan import PlanPane
from tui.app.screens.model_searches import ModelSearches
from tui.app.session import Session
from tui.app.widgets.costs_field import CostsField
from tui.app.widgets.filter_line import FilterLine
from tui.app.widgets.find_field import FindField
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.app.widgets.model_header import ModelHeader
from tui.app.widgets.names_line import NamesLine
from tui.app.widgets.parameter_tree import ParameterTree
from tui.app.widgets.pattern_field import PatternField
from tui.app.widgets.tree_lines import TreeLines
from tui.model.plan import FreezePlan
from tui.model.selection import PatternError
from tui.model.states import State
from tui.runs.folder import RunFolder
from tui.runs.inspector import Inspector

MODEL_ACTIONS = {action.run.partition("(")[0] for action in at("model")}
WHOLE_PLAN = {"undo", "redo", "presets", "ladder", "detail", "train", "snippet", "runs", "leave"}
"""What works in the plan pane as well."""


class ModelScreen(ModelSearches):
    """Shows a session, and is the one place that changes its plan."""

    CSS_PATH = "../styles/model.tcss"
    BINDINGS = bindings("model")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = (
        *("model", "tree", "pattern", "find", "plan", "rule", "app"),
    )
    HORIZONTAL_BREAKPOINTS = [(0, "-below"), (120, "-beside")]  # noqa: RUF012

    class RunMade(Message):
        """A run of this model was made, and its trainer started."""

        def __init__(self, folder: RunFolder, process: subprocess.Popen[bytes] | None) -> None:
            super().__init__()
            self.folder = folder
            self.process = process

    def __init__(
        self,
        session: Session,
        inspector: Inspector,
        *,
        data: str | None = None,
        preset: str | None = None,
        plan: FreezePlan | None = None,
    ) -> None:
        super().__init__(session)
        self._inspector = inspector
        self._data = data
        self._preset = preset
        self._plan = plan

    def compose(self) -> ComposeResult:
        yield ModelHeader(self.session, id="header")
        with Container(id="middle"):
            with Vertical(id="rows"):
                yield FilterLine(self.session, id="filter")
                yield Static(id="heads", markup=False)
                yield ParameterTree(self.session, id="tree")
            yield DetailPane(self.session, self._inspector, id="detail")
            yield PlanPane(self.session, id="plan")
        yield NamesLine(self.session, id="names")
        yield MessageLine(id="message")
        yield PatternField(self.session, id="pattern-field")
        yield CostsField(self.session, self._inspector, id="costs-field")
        yield FindField(self.session, id="find-field")
        yield KeyLine(id="keys")

    @property
    def detail(self) -> DetailPane:
        """The pane behind `v`."""
        return self.query_one("#detail", DetailPane)

    @property
    def costs_field(self) -> CostsField:
        """The field behind `c`, that asks for a picture's size."""
        return self.query_one("#costs-field", CostsField)

    def on_unmount(self) -> None:
        gc.unfreeze()

    def on_mount(self) -> None:
        # What there is by now stays while this screen does: to go through all of it for garbage,
        # again and again, would hold up typing for a twentieth of a second each time.
        self.call_after_refresh(gc.freeze)
        self.find_field.display = False
        self.pattern_field.display = False
        self.costs_field.display = False
        self.detail.display = self.plan_pane.display = False
        self.parameter_tree.focus()
        # A message would come a frame later.
        names = self.query_one("#names", NamesLine)
        self.watch(self.parameter_tree, "cursor", names.show, init=False)
        if self._plan is not None:
            self.take_up(self._plan, "the plan")
        elif self._preset:
            self.action_preset(self._preset)
        else:
            self.message.say(self._welcome())

    def _welcome(self) -> str:
        head, notes = self.session.roles.head, self.session.opened.model.notes
        if notes:
            last = f" · last layers: {', '.join(head)}" if head else ""
            return notes[0] + last
        if not head:
            return (
                f"{key_of('model.toggle')} freezes what is under the cursor, "
                f"{key_of('model.pattern')} what a pattern matches, {key_of('app.help')} all keys"
            )
        return f"last layers: {', '.join(head)} ({key_of('model.head_only')} trains only these)"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # While a field is typed in its keys are the only ones; the footer shows them alone.
        if action in MODEL_ACTIONS and self.is_mounted:
            fields = (self.pattern_field, self.costs_field, self.find_field)
            typing = any(field.display for field in fields) or self.plan_pane.typing
            # In the plan pane what is about the tree's cursor has no place.
            away = self.plan_pane.has_focus_within and action not in WHOLE_PLAN
            return False if typing or away else super().check_action(action, parameters)
        return super().check_action(action, parameters)

    # The plan

    def show_plan(self) -> None:
        """Show what the plan makes of the model now."""
        self.parameter_tree.show()
        self.query_one("#header", ModelHeader).show()
        self.query_one("#names", NamesLine).show()
        self.detail.show()
        self.plan_pane.show()

    # The tree

    def on_tree_lines_moved(self, event: TreeLines.Moved) -> None:
        self.detail.follow(event.node)
        self.plan_pane.follow(event.node)

    def on_tree_lines_refitted(self, event: TreeLines.Refitted) -> None:
        self.query_one("#heads", Static).update(event.columns.heads(), layout=False)

    # What is known of it

    def action_detail(self) -> None:
        """Show or hide what is known of the row under the cursor."""
        self._open_detail(not self.detail.display)

    def _open_detail(self, shown: bool) -> None:
        self.close_plan()
        if shown:
            self.add_class("-detail")
            self.detail.open(self.parameter_tree.cursor)
        else:
            self.close_detail()
            self.parameter_tree.focus()

    def close_detail(self) -> None:
        """Hide the detail pane."""
        self.remove_class("-detail")
        self.detail.close()

    def action_values(self) -> None:
        """Read the values of the parameter under the cursor."""
        here = self.session.tree.nodes[self.parameter_tree.cursor]
        if here.is_block:
            self.message.warn(
                f"{key_of('model.values')} reads the values of a parameter: go to one first"
            )
            return
        self.message.say(f"the values of {here.path}")
        if not self.detail.display:
            self._open_detail(True)
        self.detail.read_values()

    def action_costs(self) -> None:
        """Send a picture through and count, or hide and show what was counted."""
        if self.session.costs is not None:
            self.parameter_tree.costs = not self.parameter_tree.costs
            return
        self.costs_field.begin()
        self.message.display = not self.costs_field.display

    def on_costs_field_closed(self) -> None:
        self.message.display = True
        self.parameter_tree.focus()

    def on_costs_field_told(self, event: CostsField.Told) -> None:
        (self.message.warn if event.warning else self.message.say)(event.line)

    def on_costs_field_counted(self) -> None:
        self.parameter_tree.costs = True
        self.query_one("#header", ModelHeader).show()
        self.query_one("#names", NamesLine).show()
        self.detail.show()

    def on_tree_lines_filtered(self) -> None:
        self.query_one("#filter", FilterLine).show()

    def on_parameter_tree_told(self, event: ParameterTree.Told) -> None:
        self.message.say(event.what)

    # Going on

    def action_train(self) -> None:
        """Open the form that starts a run."""
        session = self.session
        if State.TRAINABLE not in session.resolution.states:
            one, head, every = map(key_of, ("model.toggle", "model.head_only", "model.all"))
            self.message.warn(
                "everything is frozen, nothing would train: "
                f"thaw something ({one}, {head} or {every})"
            )
            return
        if session.opened.recipe is None:
            self.message.warn(
                f"no recipe trains a {session.opened.model.class_name} yet; "
                f"{key_of('model.snippet')} shows the plan as Python for a loop of your own"
            )
            return
        from tui.app.screens.train_form import TrainForm

        form = TrainForm(
            session.opened,
            self._data,
            session.plan,
            session.tree,
            self._inspector,
            session.typed,
        )

        def made(folder: RunFolder | None) -> None:
            if folder is None:
                return
            from tui.app.screens.run import RunScreen

            session.keep()
            self.post_message(self.RunMade(folder, form.process))

            def left(_: object) -> None:
                if form.process is not None and form.process.poll() is None:
                    runs = key_of("model.runs")
                    self.message.say(f"the run {folder.path.name} goes on: {runs} lists the runs")

            # With its process the screen can tell by which signal a trainer ended.
            self.app.push_screen(RunScreen(folder, form.process), left)

        self.app.push_screen(form, made)

    def action_runs(self) -> None:
        """List the runs."""
        from tui.app.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen())

    def action_snippet(self) -> None:
        """Show the Python that does the same."""
        from tui.app.screens.snippet import SnippetScreen
        from tui.model.network_code import NoPython
        from tui.model.snippet import snippet

        session = self.session
        try:
            code = snippet(session.tree, session.plan, session.opened.source)
        except (PatternError, NoPython) as error:
            self.message.warn(str(error))
            return
        self.app.push_screen(SnippetScreen(code, session.opened.model.name), self._snippet_left)

    def _snippet_left(self, kept: Path | str | None) -> None:
        if kept is None:
            return
        self.session.keep()
        where = "the clipboard" if isinstance(kept, str) else str(kept)
        self.message.say(f"the Python is in {where}")

    def action_leave(self) -> None:
        """Leave, asking once more where that loses a plan."""
        if self._may_leave(key_of("model.quit")):
            self.leave()

    def may_quit(self) -> bool:
        """Asks once where a plan would be lost."""
        return self._may_leave(key_of("app.quit"))

    def _may_leave(self, key: str) -> bool:
        if not self.session.unkept or self._asked_to_leave:
            return True
        self._asked_to_leave = True
        said = (
            f"the plan is nowhere but here: {key} again leaves, "
            f"{key_of('model.snippet')} shows it as Python"
        )
        if self.is_active:
            self.message.warn(said)
        else:
            self.app.notify(said, severity="warning")
        return False

    def leave(self) -> None:
        """Go: out of thaw, where nothing stands behind this screen."""
        self.app.exit(0)
