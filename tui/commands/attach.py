"""`thaw attach`: a run's screen."""

from __future__ import annotations

import click

from tui.commands.completing import runs
from tui.commands.helped import Helped
from tui.commands.looks_options import looks_options
from tui.commands.run_argument import read_run, run_of
from tui.commands.showing import show_app


@click.command(
    cls=Helped,
    short_help="Show a run from its first event, live or afterwards.",
    examples=(
        ("thaw attach", "the only run that is going on, else the newest"),
        ("thaw attach 20261125", "the run whose name begins so"),
    ),
)
@click.argument("run", required=False, shell_complete=runs)
@looks_options
def attach(run: str | None) -> None:
    """Show a run from its first event, whether it still goes on or not.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. Without it, the
    only run that is going on is shown, else the one begun last.
    """
    folder = run_of(run)
    if not folder.events_file.exists():
        # Events speak for themselves. Without any, a run that cannot begin is not waited for.
        read_run(folder)
    show_app(attach=folder)
