"""The plan that a command begins with: a file, or a preset by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tui.commands.completing import files, presets
from tui.commands.problem import Problem

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan
    from tui.model.resolution import Resolution
    from tui.model.tree import ModelTree

Result = TypeVar("Result")

PRESET_NAMES = "head, neck, all, norms, biases, own, pretrained, discriminative, no-decay"
"""Names in `tui.model.presets`, which is not imported for a help text."""


@dataclass(frozen=True)
class GivenPlan:
    """A plan, and the file that it was read from; None of a preset, or of no plan at all."""

    plan: FreezePlan
    file: Path | None = None

    def resolve(self, tree: ModelTree, epoch: int = 1) -> Resolution:
        """What it makes of a model; a rule that cannot be used is a problem."""
        from tui.model.resolution import resolve

        return self.using(lambda: resolve(self.plan, tree, epoch))

    def using(self, work: Callable[[], Result]) -> Result:
        """Do what needs every rule; one whose pattern cannot be used is a problem."""
        from tui.model.selection import PatternError

        try:
            return work()
        except PatternError as error:
            where = f"{self.file}: " if self.file else ""
            raise Problem(f"{where}{error}") from None


def read_given(file: Path) -> GivenPlan:
    """A plan from a file, or the one that a run goes by now, which may be given by its name; one
    that cannot be read is a problem."""
    from tui.commands.run_argument import run_called
    from tui.model.plan_file import read_plan
    from tui.toml import TomlError

    if not file.exists() and (run := run_called(str(file))):
        file = run.path
    try:
        if file.is_dir():
            from tui.runs.folder import RunFolder
            from tui.runs.plan_change import plan_in_force

            return GivenPlan(plan_in_force(RunFolder(file)), file)
        return GivenPlan(read_plan(file), file)
    except TomlError as error:
        raise Problem(str(error)) from None


def _plan(_: click.Context, __: click.Parameter, text: str | None) -> GivenPlan | None:
    return None if text is None else read_given(Path(text).expanduser())


def _preset(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    if text is None:
        return None
    from tui.model.presets import PRESETS

    if text not in PRESETS:
        raise Problem(f"--preset {text}: no such plan; there are {', '.join(PRESETS)}")
    return text


def plan_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--plan FILE` and `--preset NAME`, as `given: GivenPlan | None` and `preset`."""
    options = (
        click.option(
            "--plan",
            "given",
            metavar="FILE",
            callback=_plan,
            shell_complete=files,
            help="Begin with a plan.",
        ),
        click.option(
            "--preset",
            metavar="NAME",
            callback=_preset,
            shell_complete=presets,
            help=f"Begin with a plan by name: {PRESET_NAMES}.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def only_one(given: GivenPlan | None, preset: str | None) -> None:
    """A plan and a preset at once are a problem."""
    if given is not None and preset is not None:
        raise Problem("--plan and --preset: give one of them")


def begun_with(given: GivenPlan | None, preset: str | None, tree: ModelTree) -> GivenPlan:
    """The plan that was asked for, on a model; the empty one where none was."""
    from tui.model.families import find_roles
    from tui.model.plan import FreezePlan
    from tui.model.presets import PRESETS, PresetError

    only_one(given, preset)
    if given is not None:
        return given
    if preset is None:
        return GivenPlan(FreezePlan())
    try:
        return GivenPlan(PRESETS[preset].on(FreezePlan(), tree, find_roles(tree)))
    except PresetError as error:
        raise Problem(f"--preset {preset}: {error}") from None
