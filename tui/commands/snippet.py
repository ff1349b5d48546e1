"""`thaw snippet`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.asking import opened_model
from tui.commands.helped import Helped
from tui.commands.output import output_options, put_out
from tui.commands.plan_options import GivenPlan, begun_with, only_one, plan_options
from tui.commands.problem import Problem
from tui.commands.source_options import source_options

if TYPE_CHECKING:
    from tui.model.source import ModelSource


@click.command(
    cls=Helped,
    short_help="The Python that does the same as a plan.",
    examples=(
        ("thaw snippet ssd_512_mobilenet1.0_voc --classes fig,date --preset head", ""),
        ("thaw snippet resnet50_v1 --plan plan.toml -o freeze.py", ""),
    ),
)
@source_options
@plan_options
@output_options
def snippet(
    source: ModelSource,
    given: GivenPlan | None,
    preset: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Write the Python that does the same as a plan, statistics and rates included.

    Of a plan with a schedule it ends in a function that a training loop calls before each epoch.
    """
    from tui.model.network_code import NoPython
    from tui.model.snippet import snippet as written

    only_one(given, preset)
    opened, tree = opened_model(source)
    begun = begun_with(given, preset, tree)
    try:
        text = begun.using(lambda: written(tree, begun.plan, opened.source))
    except NoPython as error:
        raise Problem(str(error)) from None
    put_out(text, output, force=force)
