"""`thaw runs`: which runs there are, how each stands, and old ones removed."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.helped import HelpedGroup
from tui.commands.looks_options import looks_options
from tui.commands.problem import Problem
from tui.commands.saying import is_ascii, print_json, say

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.runs.listed import ListedRun

SHOWN = 20
"""Runs that are listed on a terminal unless more are asked for."""

STATES = ("new", "running", "paused", "done", "stopped", "failed", "lost", "broken")
"""Those of `tui.runs.listed`, which is not imported for a help text."""

_home = click.option(
    "--home",
    "homes",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="DIR",
    help="A folder with runs in it, in place of the user's data folder; may be given again.",
)
_state = click.option(
    "--state",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    help="Only runs in this state; may be given again.",
)


@click.group(
    cls=HelpedGroup,
    invoke_without_command=True,
    short_help="List runs and how each stands; delete old ones.",
    examples=(
        ("thaw runs", "the newest first"),
        ("thaw runs --screen", "live, and a key acts on one"),
        ("thaw runs --state running --json", "what goes on now, for scripts"),
        ("thaw runs prune --older 30d --dry-run", "what would be deleted"),
    ),
)
@_home
@_state
@click.option("-n", "--limit", type=click.IntRange(1), metavar="N", help="At most N runs.")
@click.option("--all", "every", is_flag=True, help=f"More than the newest {SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list of all, for scripts.")
@click.option("--screen", "on_screen", is_flag=True, help="Show them live; a key acts on one.")
@looks_options
@click.pass_context
def runs(
    ctx: click.Context,
    homes: tuple[Path, ...],
    states: tuple[str, ...],
    limit: int | None,
    every: bool,
    as_json: bool,
    on_screen: bool,
) -> None:
    """List runs, the one begun last first, and how each stands.

    \b
    new       made, never started
    running   its trainer is at work
    paused    its trainer waits
    done      all of its steps are done
    stopped   by command or signal; thaw train RUN goes on
    failed    ended by an error, or killed
    lost      its trainer is gone without a word; thaw train RUN goes on
    broken    the folder cannot be read as a run

    --json prints a list of objects: name, path, state, model, recipe, data, step, total_steps,
    epoch, epochs, metric (its name), value (the last one), best, begun and last (of its first and
    last event, in seconds since 1970), message (what failed), problem (what cannot be read), plan
    (in a word), trainable (parameters that train by it) and loss (of the newest step).
    What is not known is empty, 0 or null.
    """
    ctx.obj = homes
    if ctx.invoked_subcommand is not None:
        if states or limit or every or as_json or on_screen:
            raise Problem(f"these options stand after {ctx.invoked_subcommand}, if anywhere")
        return
    if on_screen:
        if states or limit or every or as_json:
            raise Problem("--screen shows all runs; / in it narrows them to a state")
        _show_screen(homes)
        return
    found, more = _listed(homes, states, None if every else limit or (None if as_json else SHOWN))
    if as_json:
        print_json(found)
        return
    if not found:
        what = f"{' or '.join(states)} run" if states else "run"
        where = " or ".join(str(home) for home in _homes(homes))
        then = "; thaw runs lists all" if states else "; thaw demo and thaw train make one"
        say(f"there is no {what} in {where}{then}")
    _show(found)
    if more:
        say(f"{more} older ones; --all shows them")


@runs.command(
    short_help="Delete old runs.",
    examples=(
        ("thaw runs prune --older 30d --dry-run", "only say which"),
        ("thaw runs prune --state failed --keep 2", "all failed ones but the newest two"),
        ("thaw runs prune --older 12w --yes", "without being asked"),
    ),
)
@_home
@_state
@click.option("--older", metavar="AGE", help="Those that have said nothing for so long: 30d, 12h.")
@click.option("--keep", type=click.IntRange(0), metavar="N", help="All but the newest N.")
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def prune(
    above: tuple[Path, ...],
    homes: tuple[Path, ...],
    states: tuple[str, ...],
    older: str | None,
    keep: int | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Delete old runs. What is given holds together: --state failed --keep 2 deletes all failed
    runs but the newest two.

    Without --state: done, stopped, failed and lost ones. Running and paused ones are never
    deleted. AGE is a number with w, d, h or m (minutes). Of a folder only what thaw wrote is
    deleted; where something else lies in it, it stays, and what is left is named.
    """
    from tui.figures import counted, size
    from tui.runs.pruning import ENDED, contents, remove, to_prune

    if older is None and keep is None and not states:
        raise Problem("prune: say which, by --older AGE, --keep N or --state STATE")
    chosen = frozenset(states) or ENDED
    if active := chosen & {"running", "paused"}:
        raise Problem(f"--state {min(active)}: a run that is going on is not deleted; stop it")
    seconds = _seconds(older) if older is not None else None
    listed, _ = _listed((*above, *homes), (), None)
    found = to_prune(
        [run for run in listed if not Path(run.path).is_symlink()],
        now=time.time(),
        older=seconds,
        keep=keep or 0,
        states=chosen,  # type: ignore[arg-type]
    )
    if not found:
        say("there is nothing to delete")
        return
    total = sum(contents(Path(run.path)).size for run in found)
    told = f"{counted(len(found), 'run')}, {size(total)}"
    if not (dry_run or yes or sys.stdin.isatty()):
        raise Problem(f"{told}: nobody is here to be asked; --yes deletes, --dry-run does not")
    _show(found)
    if dry_run:
        click.echo(f"would be deleted: {told}")
        return
    if not yes:
        click.confirm(f"delete {told}?", abort=True)
    freed, failed = 0, False
    for run in found:
        removed = remove(Path(run.path))
        freed += removed.freed
        failed = failed or bool(removed.problem)
        if removed.problem:
            say(f"{run.path}: {removed.problem}")
        elif removed.left:
            names = ", ".join(removed.left[:5])
            more = f" and {len(removed.left) - 5} more" if len(removed.left) > 5 else ""
            say(f"{run.path}: stays, with what thaw did not write: {names}{more}")
    click.echo(f"freed {size(freed)}")
    sys.exit(1 if failed else 0)


def _show_screen(homes: Sequence[Path]) -> None:
    from tui.commands.showing import need_terminal, show_app

    need_terminal("without --screen the list needs none")
    for home in homes:
        if not home.expanduser().exists():
            raise Problem(f"{home}: there is no such folder")

    def make() -> Screen[None]:
        from tui.app.screens.runs import RunsScreen

        return RunsScreen([home.expanduser() for home in homes])

    show_app(first=make, title="Listing the runs")


def _homes(homes: Sequence[Path]) -> list[Path]:
    from tui.runs.folder import runs_home

    return [home.expanduser() for home in homes] or [runs_home()]


def _listed(
    homes: Sequence[Path], states: Sequence[str], limit: int | None
) -> tuple[list[ListedRun], int]:
    """The newest runs, and how many more there are."""
    from tui.runs.folder import is_run
    from tui.runs.listed import begun_at, list_run, run_folders

    folders = []
    for home in _homes(homes):
        from tui.runs.folder import RunFolder

        try:
            found = [RunFolder(home)] if is_run(RunFolder(home)) else run_folders(home)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise Problem(f"{home}: {why.lower()}") from None
        if homes and not home.exists():
            raise Problem(f"{home}: there is no such folder")
        folders += found
    if len(homes) > 1:
        folders.sort(key=begun_at, reverse=True)
    if states:
        all_of_them = [run for run in map(list_run, folders) if run.state in states]
        return all_of_them[:limit], len(all_of_them[limit:]) if limit else 0
    return [list_run(one) for one in folders[:limit]], len(folders[limit:]) if limit else 0


def _show(found: Sequence[ListedRun]) -> None:
    from rich.console import Console

    from tui.commands.runs_table import run_lines

    terminal = sys.stdout.isatty()
    console = Console(highlight=False, width=None if terminal else 1 << 16)
    for line in run_lines(
        found,
        time.time(),
        console.width if terminal else None,
        ascii_only=is_ascii(),
    ):
        console.print(line, soft_wrap=True)


def _seconds(text: str) -> float:
    units = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60}
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)\s*([wdhm])", text.strip().lower())
    if not found:
        raise Problem(f"--older {text}: write a number with w, d, h or m (minutes): 30d, 12h")
    return float(found[1]) * units[found[2]]
