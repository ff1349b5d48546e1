"""`thaw params`: a model's parameters, as a table or for a script."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tui.commands.asking import opened_model
from tui.commands.helped import Helped
from tui.commands.plan_options import GivenPlan, begun_with, only_one, plan_options
from tui.commands.problem import Problem
from tui.commands.saying import is_unicode, print_json, print_table, say
from tui.commands.source_options import source_options

if TYPE_CHECKING:
    from tui.model.source import ModelSource


@click.command(
    cls=Helped,
    examples=(
        ("thaw params cifar_resnet20_v1 --no-weights --select '.*dense'", "by a regex"),
        ("thaw params resnet50_v1 --preset head --state trainable", "what is left to train"),
        ("thaw params model-0000.params --json", "what is in a file, for scripts"),
    ),
)
@source_options
@click.option("--select", default="", metavar="REGEX", help="As collect_params(REGEX) selects.")
@click.option(
    "--state",
    type=click.Choice(["trainable", "frozen", "auxiliary"]),
    help="Only those in this state.",
)
@plan_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def params(
    source: ModelSource,
    select: str,
    state: str | None,
    given: GivenPlan | None,
    preset: str | None,
    as_json: bool,
) -> None:
    """List a model's parameters. Exit code 1 where none is selected.

    --json prints one object: version (1), model, class_name, and parameters: for each its
    structure_names (every place where it stands), name, shape, dtype, count, state (trainable,
    frozen, auxiliary), statistic (moving, fixed, or null), lr_mult and wd_mult. What is not known
    is null. Fields are added, never changed, under one version.
    """
    from tui.model.listing import listing
    from tui.model.selection import PatternError, compile_pattern

    only_one(given, preset)
    try:
        compile_pattern(select)  # before the model is built, which takes seconds
    except PatternError as error:
        raise Problem(f"--select {select}: {error}") from None
    opened, tree = opened_model(source)
    begun = begun_with(given, preset, tree)
    found = begun.using(lambda: listing(tree, begun.plan, select, state))
    if as_json:
        print_json(found)
    else:
        from tui.commands.tables import parameters_table

        if found.parameters:
            print_table(parameters_table(found, ascii_only=not is_unicode(sys.stdout)))
        for note in opened.model.notes:
            say(note)
    if not found.parameters:
        if not as_json:
            say(
                f"no parameter is selected, of {len(tree.parameters)}"
                if tree.parameters
                else "the model has no parameters"
            )
        sys.exit(1)
