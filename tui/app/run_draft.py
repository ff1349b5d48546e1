"""The run that the training form is about to make: what was typed, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

from tui.app.form_answers import FormAnswers
from tui.app.rule_text import schedule_words
from tui.figures import short
from tui.model.plan import FreezePlan
from tui.model.resolution import resolve
from tui.model.selection import PatternError
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree
from tui.runs.checks import (
    FIELDS,
    ValueProblem,
    contradiction,
    label_of,
    parse_field,
    text_of,
    with_texts,
)
from tui.runs.folder import runs_home
from tui.runs.inspection import CheckData, DataSummary, EstimateCache, Opened, Refused
from tui.runs.new_run import (
    BUILT_IN,
    absolute,
    data_path,
    folder_problem,
    named_by_data,
    new_spec,
)
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters, RunSpec


class RunDraft:
    """A run of a model that is open. `texts` is what was typed, by field, and is kept up to date;
    `effect` says what the plan does, and `plan_problem` why it cannot be used, if it cannot."""

    def __init__(
        self,
        opened: Opened,
        recipe: RecipeInfo,
        plan: FreezePlan,
        tree: ModelTree,
        texts: dict[str, str],
    ) -> None:
        self._opened = opened
        self._recipe = recipe
        self.plan = plan
        self.texts = texts
        self.plan_problem = ""
        self.effect = self._effect(tree)

    # What was typed

    def text(self, field: str) -> str:
        """What stands in a field: what was typed, or the recipe's default."""
        default = getattr(self._recipe.defaults, field, "")
        return self.texts.get(field, text_of(default))

    def problem_of(self, field: str) -> str:
        """Why what stands in a field cannot be used; empty where it can, or others must say."""
        if field == "data":
            return ""
        if field == "folder":
            return folder_problem(self.text("folder"))
        try:
            parse_field(field, self.text(field))
        except ValueProblem as problem:
            return str(problem)
        return ""

    def first_problem(self, answers: FormAnswers) -> tuple[str, str]:
        """The first thing that is not right: the field's name ("" for the plan) and the words;
        two empty strings where all is right."""
        if self.plan_problem:
            return "", self.plan_problem
        question = self.data_question()
        if question is None:
            return "data", f"data: name a folder, or {BUILT_IN}"
        answer = answers.data(question)
        if answer is None:
            return "data", "looking at the data"
        if isinstance(answer, Refused):
            return "data", "data: cannot be used, see above"
        if not answer.train:
            return "data", "data: there are no pictures to train on"
        if problem := self.problem_of("folder"):
            return "folder", f"run folder: {problem}"
        for field in FIELDS:
            if problem := self.problem_of(field.name):
                return field.name, f"{field.label}: {problem}"
        name, problem = contradiction(self.hyper(), self._opened.source.ctx)
        return name, f"{label_of(name)}: {problem}" if problem else ""

    # What it comes to

    def hyper(self) -> Hyperparameters:
        """The hyper-parameters.

        Raises:
            ValueProblem: one cannot be used.
        """
        texts = {field.name: self.text(field.name) for field in FIELDS}
        return with_texts(self._recipe.defaults, texts)

    def spec(self) -> RunSpec:
        """What the run is to be.

        Raises:
            ValueProblem: a hyper-parameter cannot be used.
        """
        path = data_path(self.texts["data"])
        return new_spec(self._opened, self._recipe, path, self.hyper())

    def final_spec(self, answers: FormAnswers) -> RunSpec:
        """The same once its data has been looked at.

        Raises:
            ValueProblem: a hyper-parameter cannot be used.
        """
        question = self.data_question()
        found = answers.data(question) if question else None
        data = found if isinstance(found, DataSummary) else None
        return named_by_data(self.spec(), self._opened, data)

    def folder(self) -> Path | None:
        """Where it is to be; None for a new folder among the others."""
        chosen = self.text("folder").strip()
        return absolute(chosen) if chosen else None

    # What the inspector is asked

    def data_question(self) -> CheckData | None:
        """What lies at the data path; None where none is named."""
        path = data_path(self.texts["data"])
        classes = self._opened.source.classes or self._opened.model.classes
        return CheckData(path, self._recipe.name, classes) if path else None

    def estimate_question(self, answers: FormAnswers) -> EstimateCache | None:
        """What a feature cache would come to, once all is right and one is not refused."""
        if any(self.first_problem(answers)) or self.hyper().cache == "off":
            return None
        return EstimateCache(self.spec(), self.plan, str(self.folder() or runs_home()))

    def _effect(self, tree: ModelTree) -> str:
        try:
            resolution = resolve(self.plan, tree)
        except PatternError as error:
            self.plan_problem = f"the plan cannot be used: {error}"
            return f"! {self.plan_problem}"
        if State.TRAINABLE not in resolution.states:
            self.plan_problem = "nothing would train: go back and thaw something"
            return f"! {self.plan_problem}"
        totals = tree.totals(resolution.states)
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
        if later := schedule_words(self.plan):
            parts.append(f"+ {later}")
        if self.plan.dropout_off:
            parts.append("dropout off in frozen blocks")
        return " · ".join(parts)
