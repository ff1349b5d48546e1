"""What `thaw train` makes a run of: a model with its data, or the run.toml of another run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from tui.commands.distribution_options import NAMES, Divided
from tui.commands.plan_options import GivenPlan, begun_with, read_given
from tui.commands.problem import Problem
from tui.commands.saying import say

Kind = TypeVar("Kind")

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan, Rule
    from tui.model.source import ModelSource
    from tui.model.tree import ModelTree
    from tui.runs.ask import Asking
    from tui.runs.folder import RunFolder
    from tui.runs.inspection import Opened, Question
    from tui.runs.spec import RunSpec


@dataclass(frozen=True)
class GivenPlans:
    """What trains, as the options say it."""

    given: GivenPlan | None
    preset: str | None
    freeze: tuple[str, ...]

    def __post_init__(self) -> None:
        if sum(map(bool, (self.given, self.preset, self.freeze))) > 1:
            raise Problem("--plan, --preset and --freeze: give one of them")

    @property
    def needs_model(self) -> bool:
        """Whether the plan depends on the model's parameters."""
        return bool(self.preset or self.freeze)

    def on(self, tree: ModelTree) -> FreezePlan:
        """The plan on a model; a pattern that selects nothing or everything is a problem."""
        if not self.freeze:
            return begun_with(self.given, self.preset, tree).plan
        from tui.model.plan import FreezePlan

        return FreezePlan(tuple(_freezing(pattern, tree) for pattern in self.freeze))


def checked_folder(run_dir: str | None) -> Path | None:
    """The folder that a new run is to be put into; one that cannot be used is a problem."""
    from tui.runs.new_run import absolute, folder_problem

    if run_dir is None:
        return None
    if problem := folder_problem(run_dir) or ("" if run_dir.strip() else "is empty"):
        raise Problem(f"--run-dir {run_dir}: {problem}")
    return absolute(run_dir.strip())


def options_given(ctx: click.Context) -> list[str]:
    """The options that stand on the command line."""
    return [
        one.opts[0]
        for one in ctx.command.get_params(ctx)
        if isinstance(one, click.Option)
        and one.name
        and ctx.get_parameter_source(one.name) is ParameterSource.COMMANDLINE
    ]


def spec_of_file(
    ctx: click.Context,
    file: Path,
    data: str | None,
    plans: GivenPlans,
    hyper: dict[str, Any],
    divided: Divided,
) -> tuple[RunSpec, FreezePlan]:
    """The run that a run.toml says, with what the options say instead."""
    import msgspec

    from tui.runs.spec import read_spec
    from tui.toml import TomlError

    allowed = {"--data", "--plan", "--preset", "--freeze", "--run-dir", "--find-lr"}
    allowed |= {"--overfit-batch", "--tensorboard", "--only-make", *NAMES}
    allowed |= {"--" + name.replace("_", "-") for name in hyper}
    for option in options_given(ctx):
        if option not in allowed:
            raise Problem(f"{option}: {file} says which model is trained; change it there")
    try:
        spec = read_spec(file)
    except TomlError as error:
        raise Problem(str(error)) from None
    spec = msgspec.structs.replace(
        spec,
        data=data or spec.data,
        hyper=msgspec.structs.replace(spec.hyper, **hyper),
        distribution=divided.on(spec.distribution),
    )
    _refuse_contradiction(spec)
    beside = file.with_name("plan.toml")
    if plans.needs_model:
        with inspector() as asking:
            plan = plans.on(_opened(spec.model, asking)[1])
    elif plans.given is not None:
        plan = plans.given.plan
    elif beside.exists():
        plan = read_given(beside).plan
    else:
        from tui.model.plan import FreezePlan

        plan = FreezePlan()
    return spec, plan


def spec_of_model(
    source: ModelSource,
    data: str | None,
    plans: GivenPlans,
    hyper: dict[str, Any],
    asking: Asking,
    divided: Divided,
) -> tuple[RunSpec, FreezePlan]:
    """A new run of a model, as the form makes it."""
    import msgspec

    from tui.runs.inspection import CheckData, DataSummary
    from tui.runs.new_run import named_by_data, new_spec
    from tui.runs.spec import Distribution

    if data is None:
        raise Problem(
            f"{source.model}: a model needs --data PATH to train on; a run's folder, or its "
            "run.toml, needs nothing more"
        )
    distribution = divided.on(Distribution())
    opened, tree = _opened(source, asking)
    recipe = opened.recipe
    if recipe is None:
        raise Problem(
            f"there is no recipe that trains a {opened.model.class_name}; thaw snippet "
            f"{source.model} prints the freeze for a training loop of your own"
        )
    plan = plans.on(tree)
    _refuse_idle(plan, tree, plans)
    defaults = recipe.defaults
    spec = new_spec(opened, recipe, data, msgspec.structs.replace(defaults, **hyper))
    spec = msgspec.structs.replace(spec, distribution=distribution)
    _refuse_contradiction(spec)
    classes = opened.source.classes or opened.model.classes
    summary = answer_of(asking, CheckData(spec.data, recipe.name, classes), DataSummary)
    if not summary.train:
        raise Problem(f"--data {data}: there are no pictures to train on")
    say(
        f"{summary.kind}: {summary.train} pictures to train on, {summary.validation} to validate "
        f"({summary.split}); {len(summary.classes)} classes"
    )
    return named_by_data(spec, opened, summary), plan


def _opened(source: ModelSource, asking: Asking) -> tuple[Opened, ModelTree]:
    from tui.model.tree import ModelTree
    from tui.runs.inspection import Opened, OpenModel

    opened = answer_of(asking, OpenModel(source), Opened)
    for note in opened.model.notes:
        say(f"note: {note}")
    return opened, ModelTree(opened.model)


def _freezing(pattern: str, tree: ModelTree) -> Rule:
    """A rule that freezes what a pattern selects."""
    from tui.model.folding import covering
    from tui.model.plan import Rule
    from tui.model.selection import PatternError, match_names, suggest

    try:
        found = match_names(pattern, tree.names)
    except PatternError as error:
        raise Problem(f"--freeze {pattern}: {error}") from None
    if len(found) in (0, len(tree.names)):
        hint = suggest(pattern, tree.names, [one.structure_names for one in tree.parameters])
        what = "everything, so nothing would train" if found else "nothing"
        meant = f"; {hint.pattern} was probably meant: {hint.reason}" if hint else ""
        raise Problem(f"--freeze {pattern}: selects {what}{meant}")
    return Rule("freeze", "names", pattern, covering(tree, found))


def _refuse_idle(plan: FreezePlan, tree: ModelTree, plans: GivenPlans) -> None:
    from tui.model.states import State

    if State.TRAINABLE not in (plans.given or GivenPlan(plan)).resolve(tree).states:
        raise Problem("every parameter is frozen, so nothing can train; thaw some")


def _refuse_contradiction(spec: RunSpec) -> None:
    from tui.runs.checks import contradiction

    name, problem = contradiction(spec.hyper, spec.model.ctx, spec.distribution.processes)
    if problem:
        raise Problem(f"--{name.replace('_', '-')}: {problem}")


def made(spec: RunSpec, plan: FreezePlan, target: Path | None) -> RunFolder:
    """The folder of a new run."""
    from tui.runs.folder import create_run

    try:
        return create_run(spec, plan, target)
    except OSError as error:
        raise Problem(f"the run cannot be made: {error}") from None


def inspector() -> Asking:
    """An inspector that says on standard error what it is about to do."""
    from tui.runs.ask import Asking

    return Asking(lambda phase: say(phase.doing))


def answer_of(asking: Asking, question: Question, kind: type[Kind]) -> Kind:
    """Its answer, which is of this kind; what it refuses is a problem."""
    from tui.runs.ask import NoAnswer

    try:
        answer = asking.ask(question)
    except NoAnswer as error:
        raise Problem(str(error)) from None
    assert isinstance(answer, kind), answer
    return answer
