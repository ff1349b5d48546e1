"""The form that makes a run: data, folder, hyper-parameters, each checked as it is typed."""

from __future__ import annotations

import subprocess
from weakref import WeakKeyDictionary

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from tui.app.actions import Where, bindings
from tui.app.glyphs import glyphs
from tui.app.panes.data_facts import DataFacts
from tui.app.rule_text import schedule_words
from tui.app.widgets.field_row import FieldRow
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.message_line import MessageLine
from tui.figures import short
from tui.model.plan import FreezePlan
from tui.model.resolution import resolve
from tui.model.selection import PatternError
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree
from tui.printable import printable
from tui.runs.checks import (
    FIELDS,
    ValueProblem,
    contradiction,
    label_of,
    parse_field,
    text_of,
    with_texts,
)
from tui.runs.folder import RunFolder, create_run, runs_home
from tui.runs.inspection import CheckData, DataSummary, Opened, Phase, Refused
from tui.runs.inspector import Inspector
from tui.runs.new_run import BUILT_IN, absolute, data_path, folder_problem, new_spec
from tui.runs.spec import Hyperparameters
from tui.runs.trainer import start_trainer

DEBOUNCE_SECONDS = 0.4

_typed: WeakKeyDictionary[Inspector, dict[str, str]] = WeakKeyDictionary()
"""What was typed, by open model, for the next time that the form is opened on it."""


class TrainForm(ModalScreen[RunFolder | None]):
    """Makes a run folder and starts its trainer; answers with the folder, or None.

    `process` is the trainer that was started, for whoever shows the run.
    """

    CSS_PATH = "../styles/train_form.tcss"
    AUTO_FOCUS = ""
    BINDINGS = bindings("train")
    HELP_PLACES: tuple[Where, ...] = ("train", "app")

    def __init__(
        self,
        opened: Opened,
        data: str | None,
        plan: FreezePlan,
        tree: ModelTree,
        inspector: Inspector,
    ) -> None:
        super().__init__()
        self._opened = opened
        self._recipe = opened.recipe
        self._plan = plan
        self._tree = tree
        self._inspector = inspector
        self._texts = dict(_typed.get(inspector, {}))
        self._texts.setdefault("data", data or "")
        self._plan_problem = ""
        self._answers: dict[str, DataSummary | Refused] = {}
        self._asking = False
        self._debounce: Timer | None = None
        self._start_when_checked = False
        self.process: subprocess.Popen[bytes] | None = None

    # What is on it

    def compose(self) -> ComposeResult:
        model = printable(self._opened.model.name, ascii_only=glyphs().ascii_only)
        write = glyphs().text
        with Vertical(id="window"):
            if self._recipe is None:
                yield Static(write(f"Train {model}"), id="title", markup=False)
                yield Static(write(_no_recipe(self._opened)), id="no-recipe", markup=False)
            else:
                title = f"Train {model} · {self._recipe.title} recipe"
                yield Static(write(title), id="title", markup=False)
                yield Static(write(self._effect()), id="effect", markup=False)
                # A scrolling container would take the up and down keys for itself.
                with Vertical(id="fields"):
                    yield FieldRow(
                        "data",
                        "data",
                        self._texts["data"],
                        placeholder=f"a folder, or {BUILT_IN} for the built-in pictures",
                    )
                    yield DataFacts(id="facts")
                    yield FieldRow(
                        "folder",
                        "run folder",
                        self._texts.get("folder", ""),
                        placeholder=f"empty: a new one in {runs_home()}",
                    )
                    defaults = self._recipe.defaults
                    for field in FIELDS:
                        value = self._texts.get(field.name, text_of(getattr(defaults, field.name)))
                        yield FieldRow(field.name, field.label, value, field.help)
                with Horizontal(id="bottom"):
                    yield Button("Start", id="start", compact=True)
                    yield MessageLine(id="said")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        if self._recipe is None:
            return
        for row in self.query(FieldRow):
            self._check_row(row)
        self._ask_for_data()
        # With data given, Enter is all that is left to do; without, the path is.
        if self._texts["data"]:
            self.query_one("#start").focus()
        else:
            self._row("data").input.focus()
        self._show_readiness()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a recipe nothing can be started."""
        return action != "start" or self._recipe is not None

    def _effect(self) -> str:
        """What the plan does, in one line."""
        try:
            resolution = resolve(self._plan, self._tree)
        except PatternError as error:
            self._plan_problem = f"the plan cannot be used: {error}"
            return f"! {self._plan_problem}"
        if State.TRAINABLE not in resolution.states:
            self._plan_problem = "nothing would train: go back and thaw something"
            return f"! {self._plan_problem}"
        totals = self._tree.totals(resolution.states)
        statistics = resolution.statistics.values()
        fixed = sum(one is Statistic.FIXED for one in statistics)
        parts = [
            f"{totals.trainable_parameters:,} of {totals.parameters:,} parameters train "
            f"({short(totals.trainable_values)} values)",
            f"{totals.frozen_parameters:,} frozen",
        ]
        if statistics:
            told = (
                f"{fixed:,}"
                if fixed in (0, len(statistics))
                else f"{fixed:,} of {len(statistics):,}"
            )
            parts.append(f"{told} statistics fixed")
        if later := schedule_words(self._plan):
            parts.append(f"+ {later}")
        if self._plan.dropout_off:
            parts.append("dropout off in frozen blocks")
        return " · ".join(parts)

    # Checking

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what was typed."""
        row = self._row((event.input.id or "").removeprefix("field-"))
        self._start_when_checked = False
        self._texts[row.field] = row.text
        _typed[self._inspector] = dict(self._texts)
        self._check_row(row)
        if row.field == "data":
            if self._debounce is not None:
                self._debounce.stop()
            self._debounce = self.set_timer(DEBOUNCE_SECONDS, self._ask_for_data)
            self._show_data()
        self._show_readiness()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes to the next one."""
        event.stop()
        self.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_start()

    def _check_row(self, row: FieldRow) -> None:
        if row.field == "data":
            return
        if row.field == "folder":
            row.say(folder_problem(row.text))
            return
        try:
            parse_field(row.field, row.text)
        except ValueProblem as problem:
            row.say(str(problem))
        else:
            row.say("")

    def _ask_for_data(self) -> None:
        # The inspector must be heard out, or its answer would be taken for the next question's:
        # the worker is the app's, so that closing the form does not cut it off.
        if not self._asking and self._recipe is not None:
            self._asking = True
            self.app.run_worker(self._check_data(), group="check data", exit_on_error=False)
        self._show_data()

    async def _check_data(self) -> None:
        assert self._recipe is not None
        classes = self._opened.source.classes or self._opened.model.classes
        try:
            while self.is_attached:
                path = data_path(self._texts["data"])
                if not path or path in self._answers:
                    break
                async for answer in self._inspector.ask(
                    CheckData(path, self._recipe.name, classes)
                ):
                    if isinstance(answer, Phase):
                        self._show_data(answer.doing)
                    elif isinstance(answer, DataSummary | Refused):
                        self._answers[path] = answer
                self._answers.setdefault(path, Refused("the inspector gave no answer; try again"))
        finally:
            self._asking = False
        if self.is_attached:
            self._show_data()
            self._show_readiness()
            if self._start_when_checked:
                self.action_start()

    def _show_data(self, doing: str = "looking at the data") -> None:
        if not self.is_attached:
            return
        facts = self.query_one(DataFacts)
        path = data_path(self._texts["data"])
        answer = self._answers.get(path)
        if not path:
            facts.show_waiting("")
        elif answer is None:
            facts.show_waiting(doing)
        elif isinstance(answer, Refused):
            facts.show_refusal(answer.message)
        else:
            facts.show_summary(answer)

    def first_problem(self) -> tuple[str, str]:
        """The first thing that is not right: the field's name ("" for the plan) and the words;
        two empty strings where all is right."""
        if self._plan_problem:
            return "", self._plan_problem
        path = data_path(self._texts["data"])
        answer = self._answers.get(path)
        if not path:
            return "data", f"data: name a folder, or {BUILT_IN}"
        if answer is None:
            return "data", "looking at the data"
        if isinstance(answer, Refused):
            return "data", "data: cannot be used, see above"
        if not answer.train:
            return "data", "data: there are no pictures to train on"
        for row in self.query(FieldRow):
            if row.problem:
                return row.field, f"{row.label}: {row.problem}"
        name, problem = contradiction(self._hyper(), self._opened.source.ctx)
        return name, f"{label_of(name)}: {problem}" if problem else ""

    def _hyper(self) -> Hyperparameters:
        assert self._recipe is not None
        return with_texts(
            self._recipe.defaults, {field.name: self._row(field.name).text for field in FIELDS}
        )

    @property
    def ready(self) -> bool:
        """Whether a run can be started."""
        return self.first_problem() == ("", "")

    def _show_readiness(self) -> None:
        field, problem = self.first_problem()
        said = self.query_one("#said", MessageLine)
        self.query_one("#start").set_class(bool(problem), "-not-ready")
        if not problem:
            said.say("ready")
        elif field == "data" and data_path(self._texts["data"]) not in self._answers:
            said.say(problem)
        else:
            said.warn(problem)

    # Going on

    def action_start(self) -> None:
        """Make the run and start it, once all is right."""
        if self._recipe is None or self.process is not None:
            return
        field, problem = self.first_problem()
        said = self.query_one("#said", MessageLine)
        path = data_path(self._texts["data"])
        if problem:
            waiting = field == "data" and bool(path) and path not in self._answers
            self._start_when_checked = waiting
            if waiting:
                said.say("starts as soon as the data is looked at; esc goes back")
            else:
                said.warn(problem)
                if field:
                    self._row(field).input.focus()
            return
        spec = new_spec(self._opened, self._recipe, path, self._hyper())
        chosen = self._row("folder").text.strip()
        try:
            folder = create_run(spec, self._plan, absolute(chosen) if chosen else None)
            self.process = start_trainer(folder)
        except OSError as error:
            self._row("folder").input.focus()
            said.warn(f"the run cannot be made: {error}")
            return
        # The next run needs another folder.
        self._texts.pop("folder", None)
        _typed[self._inspector] = dict(self._texts)
        self.dismiss(folder)

    def action_close(self) -> None:
        """Back to the model."""
        self.dismiss(None)

    def _row(self, name: str) -> FieldRow:
        return self.query_one(f"#row-{name}", FieldRow)


def _no_recipe(opened: Opened) -> str:
    return (
        f"There is no recipe yet that trains a {opened.model.class_name}.\n\n"
        "What can be done instead: go back and press y. It shows the lines of Python that set "
        "the same parameters trainable and frozen, for a training loop of your own."
    )
