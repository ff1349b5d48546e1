"""`thaw plan`: show, check, apply, from-net, set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.asking import answer_to, opened_model
from tui.commands.completing import runs
from tui.commands.helped import HelpedGroup
from tui.commands.output import output_options, put_out
from tui.commands.plan_options import read_given
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import echo, is_unicode, print_json, print_table, say
from tui.commands.source_options import optional_source, source_options

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan
    from tui.model.resolution import Resolution
    from tui.model.source import ModelSource
    from tui.model.tree import ModelTree

_FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group(
    cls=HelpedGroup,
    short_help="Freeze plans in files: read, try, check, put in force.",
    examples=(
        ("thaw plan show plan.toml", "the rules in words"),
        ("thaw plan check plan.toml resnet50_v1", "does it fit this model?"),
        ("thaw plan from-net train.py:make_net -o plan.toml", "from a script of yours"),
    ),
)
def plan() -> None:
    """Freeze plans in files: read them, try them on a model, read one from a script's network."""


@plan.command(
    examples=(
        ("thaw plan show plan.toml", "the rules in words"),
        ("thaw plan show RUN", "those that a run goes by now"),
        ("thaw plan show plan.toml resnet50_v1", "and what each decides there"),
    ),
)
@_FILE
@optional_source
def show(source: ModelSource | None, file: Path) -> None:
    """Say the rules of a plan in words.

    With MODEL also how many parameters each selects, decides, and is overruled on by later ones,
    in the epoch in which all are in force, and what there is to say of the plan on this model.
    """
    given = read_given(file)
    ascii_only = not is_unicode(sys.stdout)
    if source is None:
        _print_rules(given.plan, None, ascii_only=ascii_only)
        return
    from tui.model.findings import findings

    _, tree = opened_model(source)
    last = given.plan.epochs[-1]
    resolution = given.resolve(tree, last)
    _print_rules(given.plan, resolution, ascii_only=ascii_only)
    for epoch in given.plan.epochs:
        when = f"from epoch {epoch}: " if last > 1 else ""
        click.echo(f"{when}{_verdict(tree, given.resolve(tree, epoch))}")
    for finding in given.using(lambda: findings(given.plan, tree)):
        _tell(finding.text)


def _print_rules(plan: FreezePlan, resolution: Resolution | None, *, ascii_only: bool) -> None:
    from tui.commands.plan_table import rules_table

    if plan.rules:
        print_table(rules_table(plan, resolution, ascii_only=ascii_only))
    else:
        click.echo("no rules: everything stays as the network was built")
    if plan.dropout_off:
        click.echo("dropout is off where nothing around it trains")


def _verdict(tree: ModelTree, resolution: Resolution) -> str:
    from tui.model.states import Statistic

    totals = tree.totals(resolution.states)
    fixed = sum(one is Statistic.FIXED for one in resolution.statistics.values())
    words = f"{totals.trainable_parameters} of {totals.parameters} parameters train"
    if not totals.unknown:
        words += f", {totals.share:.0%} of the values"
    if not resolution.statistics:
        return words
    return f"{words}; {fixed} of {len(resolution.statistics)} statistics are fixed"


def _tell(line: str) -> None:
    from tui.printable import plain

    click.echo(plain(line, ascii_only=not is_unicode(sys.stdout)))


@plan.command(
    examples=(
        ("thaw plan check plan.toml resnet50_v1", ""),
        ("thaw plan check plan.toml ssd_512_mobilenet1.0_custom --classes fig,date", ""),
    ),
)
@_FILE
@source_options
def check(source: ModelSource, file: Path) -> None:
    """Say whether a plan fits a model.

    Exit code 0 where it does; 1 where it does not do what it says (a rule that selects nothing,
    nothing left that trains): one line each. 2 where the file or the model cannot be used.
    """
    from tui.model.findings import findings

    given = read_given(file)
    _, tree = opened_model(source)
    found = given.using(lambda: findings(given.plan, tree))
    for finding in found:
        _tell(finding.text if finding.serious else f"note: {finding.text}")
    if any(finding.serious for finding in found):
        sys.exit(1)
    rules = "1 rule" if len(given.plan.rules) == 1 else f"{len(given.plan.rules)} rules"
    _tell(f"{file} fits {source.model}: {rules}; {_verdict(tree, given.resolve(tree))}")


@plan.command(
    short_help="List what a plan makes of every parameter of a model.",
    examples=(
        ("thaw plan apply plan.toml resnet50_v1 --epoch 3", "as it is in the third epoch"),
        ("thaw plan apply plan.toml resnet50_v1 --json", "for scripts"),
    ),
)
@_FILE
@source_options
@click.option(
    "--epoch", type=click.IntRange(1), default=1, show_default=True, help="As it is in an epoch."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def apply(source: ModelSource, file: Path, epoch: int, as_json: bool) -> None:
    """List what a plan makes of every parameter of a model, as thaw params does.

    Nothing is changed; `thaw snippet` gives the Python that does it, and a run carries it out.
    """
    from tui.model.listing import listing

    given = read_given(file)
    opened, tree = opened_model(source)
    found = given.using(lambda: listing(tree, given.plan, epoch=epoch))
    if as_json:
        print_json(found)
        return
    from tui.commands.tables import parameters_table

    if found.parameters:
        print_table(parameters_table(found, ascii_only=not is_unicode(sys.stdout)))
    for note in opened.model.notes:
        say(note)
    say(_verdict(tree, given.resolve(tree, epoch)))


@plan.command(
    name="from-net",
    short_help="Write the plan that a script of yours carries out.",
    examples=(
        ("thaw plan from-net train.py:make_net", "on standard output"),
        ("thaw plan from-net package.nets:make -o plan.toml", "to a file"),
    ),
)
@source_options
@output_options
def from_net(source: ModelSource, output: Path | None, force: bool) -> None:
    """Write the plan that a script of yours has carried out by itself.

    MODEL is the Python that builds the network and sets its states, and is run:
    package.module:make or path/to/file.py:make. What it has set (grad_req, use_global_stats,
    lr_mult, wd_mult) is told in the fewest rules, over the network as its own classes make it.
    """
    from tui.model.plan_file import plan_text
    from tui.model.reading import read_plan_of
    from tui.model.tree import ModelTree
    from tui.runs.inspection import NetRead, ReadNet

    if output is not None and output.expanduser().exists() and not force:
        raise Problem(f"{output}: is there already; --force writes over it")
    answer = answer_to(ReadNet(source))
    assert isinstance(answer, NetRead)
    tree = ModelTree(answer.made)
    read = read_plan_of(tree, ModelTree(answer.left))
    for note in read.notes:
        say(note)
    put_out(plan_text(read.plan), output, force=force)
    from tui.model.resolution import resolve

    say(_verdict(tree, resolve(read.plan, tree)))


@plan.command(
    name="set", examples=(("thaw plan set RUN plan.toml", "after the batch that is at work"),)
)
@click.argument("run", shell_complete=runs)
@click.argument("file", type=click.Path(path_type=Path))
def plan_set(run: str, file: Path) -> None:
    """Put a plan in force in a run that is going on.

    It takes the place of the whole plan so far, after the batch that is at work. Exit code 2
    where the trainer does not take it: nothing has changed then.
    """
    from tui.runs.control import ControlError
    from tui.runs.plan_change import change_plan

    folder = run_of(run)
    given = read_given(file)
    try:
        reply = change_plan(folder, given.plan)
    except ControlError as error:
        raise Problem(f"{folder.path}: no run is going on here ({error})") from None
    if not reply.accepted:
        raise Problem(f"{file}: {reply.message}")
    echo(reply.message)
