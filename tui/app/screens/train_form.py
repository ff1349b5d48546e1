"""The form that makes a run: data, folder, hyper-parameters, each checked as it is typed."""

from __future__ import annotations

import subprocess
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from tui.app.actions import Where, bindings, key_of
from tui.app.file_names import from_home
from tui.app.form_answers import FormAnswers, FormQuestion
from tui.app.glyphs import glyphs
from tui.app.panes.cache_estimate import CacheEstimatePane
from tui.app.panes.data_facts import DataFacts
from tui.app.run_draft import RunDraft
from tui.app.screens.window import Window
from tui.app.widgets.field_row import FieldRow
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.model.plan import FreezePlan
from tui.model.tree import ModelTree
from tui.runs.checks import FIELDS
from tui.runs.folder import RunFolder, create_run, runs_home
from tui.runs.inspection import CheckData, Opened, Refused
from tui.runs.inspector import Inspector
from tui.runs.new_run import BUILT_IN
from tui.runs.trainer import start_trainer

DEBOUNCE_SECONDS = 0.4
ESTIMATE_SECONDS = 1.0
"""How long nothing is typed before a batch is measured: who starts at once waits for nothing."""


class TrainForm(Window[RunFolder | None]):
    """Makes a run folder and starts its trainer; answers with the folder, or None.

    `typed` is what was typed before, by field, and is kept up to date for the next time.
    `process` is the trainer that was started, for whoever shows the run.
    """

    CSS_PATH = "../styles/train_form.tcss"
    AUTO_FOCUS = ""
    BINDINGS = bindings("train")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("train", "window")

    def __init__(
        self,
        opened: Opened,
        data: str | None,
        plan: FreezePlan,
        tree: ModelTree,
        inspector: Inspector,
        typed: dict[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._opened = opened
        texts = {} if typed is None else typed
        texts.setdefault("data", data or "")
        recipe = opened.recipe
        self._draft = None if recipe is None else RunDraft(opened, recipe, plan, tree, texts)
        self._title = f"Train {opened.model.name}" + (f" · {recipe.title} recipe" if recipe else "")
        self._answers = FormAnswers(inspector)
        self._asking = False
        self._debounce: Timer | None = None
        self._rest: Timer | None = None
        self._at_rest = False
        self._start_when_checked = False
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def draft(self) -> RunDraft:
        """The run as it is typed. Only where there is a recipe."""
        assert self._draft is not None
        return self._draft

    # What is on it

    def compose(self) -> ComposeResult:
        title = glyphs().safe(glyphs().text(self._title))
        with Vertical(id="window"):
            yield Static(title, id="title", markup=False)
            if self._draft is None:
                no_recipe = glyphs().text(_no_recipe(self._opened))
                yield Static(no_recipe, id="no-recipe", markup=False)
            else:
                yield Static(glyphs().text(self.draft.effect), id="effect", markup=False)
                # A scrolling container would take the up and down keys for itself.
                with Vertical(id="fields"):
                    yield FieldRow(
                        "data",
                        "data",
                        self.draft.text("data"),
                        placeholder=f"a folder, or {BUILT_IN} for the built-in pictures",
                    )
                    yield DataFacts(id="facts")
                    yield CacheEstimatePane(id="estimate")
                    yield FieldRow(
                        "folder",
                        "run folder",
                        self.draft.text("folder"),
                        placeholder=f"empty: a new one in {from_home(runs_home())}",
                    )
                    for field in FIELDS:
                        text = self.draft.text(field.name)
                        yield FieldRow(field.name, field.label, text, field.help)
                with Horizontal(id="bottom"):
                    yield Button("Start", id="start", compact=True)
                    yield MessageLine(id="said")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        if self._draft is None:
            return
        for row in self.query(FieldRow):
            row.say(self.draft.problem_of(row.field))
        self.query_one(CacheEstimatePane).show_nothing()
        self._ask()
        self._wait_for_rest()
        # With data given, Enter is all that is left to do; without, the path is.
        if self.draft.text("data"):
            self.query_one("#start").focus()
        else:
            self._row("data").input.focus()
        self._show_readiness()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a recipe nothing can be started."""
        return action != "start" or self._draft is not None

    # Typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what was typed."""
        row = self._row((event.input.id or "").removeprefix("field-"))
        self._start_when_checked = False
        # A field that comes on the screen says so too.
        edited = self.draft.text(row.field) != row.text
        self.draft.texts[row.field] = row.text
        row.say(self.draft.problem_of(row.field))
        if row.field == "data":
            if edited:
                self._answers.forget_refusals()
            if self._debounce is not None:
                self._debounce.stop()
            self._debounce = self.set_timer(DEBOUNCE_SECONDS, self._ask)
            self._show_data()
        self._wait_for_rest()
        self._show_estimate()
        self._show_readiness()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes to the next one."""
        event.stop()
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_start()

    # Asking the inspector

    def _wait_for_rest(self) -> None:
        self._at_rest = False
        if self._rest is not None:
            self._rest.stop()
        self._rest = self.set_timer(ESTIMATE_SECONDS, self._rested)

    def _rested(self) -> None:
        self._at_rest = True
        self._ask()

    def _ask(self) -> None:
        # The inspector must be heard out: the worker is the app's, so that closing the form does
        # not cut it off.
        if not self._asking and self._draft is not None:
            self._asking = True
            self.app.run_worker(self._hear(), group="form", exit_on_error=False)
        self._show_data()

    async def _hear(self) -> None:
        try:
            while self.is_attached and (question := self._next_question()) is not None:
                told = self._show_data if isinstance(question, CheckData) else self._show_estimate
                await self._answers.ask(question, told)
        finally:
            self._asking = False
        if self.is_attached:
            self._show_data()
            self._show_estimate()
            self._show_readiness()
            if self._start_when_checked:
                self._start()

    def _next_question(self) -> FormQuestion | None:
        data = self.draft.data_question()
        if data is not None and self._answers.data(data) is None:
            return data
        if not self._at_rest or self._start_when_checked:
            return None
        estimate = self.draft.estimate_question(self._answers)
        return estimate if estimate and self._answers.estimate(estimate) is None else None

    # Showing

    def _show_data(self, doing: str = "looking at the data") -> None:
        if not self.is_attached:
            return
        facts = self.query_one(DataFacts)
        question = self.draft.data_question()
        answer = None if question is None else self._answers.data(question)
        if question is None:
            facts.show_waiting("")
        elif answer is None:
            facts.show_waiting(doing)
        elif isinstance(answer, Refused):
            facts.show_refusal(answer.message)
        else:
            facts.show_summary(answer)

    def _show_estimate(self, doing: str = "") -> None:
        if not self.is_attached:
            return
        pane = self.query_one(CacheEstimatePane)
        question = self.draft.estimate_question(self._answers)
        answer = None if question is None else self._answers.estimate(question)
        if isinstance(answer, Refused):
            pane.show_problem(answer.message)
        elif answer is not None:
            pane.show_estimate(answer)
        elif doing and question is not None:
            pane.show_waiting(doing)
        else:
            pane.show_nothing()

    @property
    def ready(self) -> bool:
        """Whether a run can be started."""
        return not any(self.draft.first_problem(self._answers))

    def _show_readiness(self) -> None:
        field, problem = self.draft.first_problem(self._answers)
        said = self.query_one("#said", MessageLine)
        self.query_one("#start").set_class(bool(problem), "-not-ready")
        if not problem:
            said.say("ready")
        elif field == "data" and self._is_data_awaited():
            said.say(problem)
        else:
            said.warn(problem)

    def _is_data_awaited(self) -> bool:
        question = self.draft.data_question()
        return question is not None and self._answers.data(question) is None

    # Going on

    def action_start(self) -> None:
        """Make the run and start it, once all is right."""
        if self._draft is None or self.process is not None:
            return
        self._answers.forget_refusals()
        self._start()
        if self._start_when_checked:
            self._ask()

    def _start(self) -> None:
        field, problem = self.draft.first_problem(self._answers)
        said = self.query_one("#said", MessageLine)
        if problem:
            self._start_when_checked = field == "data" and self._is_data_awaited()
            if self._start_when_checked:
                said.say(
                    f"starts as soon as the data is looked at; {key_of('train.close')} goes back"
                )
            else:
                said.warn(problem)
                if field:
                    self._row(field).input.focus()
            return
        try:
            folder = create_run(
                self.draft.final_spec(self._answers), self.draft.plan, self.draft.folder()
            )
            self.process = start_trainer(folder)
        except OSError as error:
            self._row("folder").input.focus()
            said.warn(f"the run cannot be made: {error}")
            return
        # The next run needs another folder.
        self.draft.texts.pop("folder", None)
        self.dismiss(folder)

    def action_close(self) -> None:
        """Back to the model."""
        self.dismiss(None)

    def _row(self, name: str) -> FieldRow:
        return self.query_one(f"#row-{name}", FieldRow)


def _no_recipe(opened: Opened) -> str:
    return (
        f"There is no recipe yet that trains a {opened.model.class_name}.\n\n"
        f"What can be done instead: go back and press {key_of('model.snippet')}. "
        "It shows the lines of Python that set the same parameters trainable and frozen, for a "
        "training loop of your own."
    )
