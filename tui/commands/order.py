"""`thaw stop`, `pause`, `resume`: tell a run what to do, without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tui.commands.completing import runs
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import echo

if TYPE_CHECKING:
    from tui.runs.control import Command
    from tui.runs.folder import RunFolder


@click.command(
    cls=Helped,
    short_help="Stop a run between two batches.",
    examples=(
        ("thaw stop", "the only run that is going on"),
        ("thaw stop RUN --no-checkpoint", "one of several, at once"),
    ),
)
@click.argument("run", required=False, shell_complete=runs)
@click.option("--no-checkpoint", is_flag=True, help="Keep the weights, and write no checkpoint.")
def stop(run: str | None, no_checkpoint: bool) -> None:
    """Stop a run between two batches: its weights are kept, and what was frozen is proved.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name. Without it, the
    only run that is going on. `thaw resume RUN` goes on from the checkpoint.
    """
    from tui.runs.control import Stop

    _tell(run_of(run), Stop(checkpoint=not no_checkpoint))


@click.command(
    cls=Helped,
    examples=(
        ("thaw pause", "the only run that is going on"),
        ("thaw pause RUN", "one of several"),
    ),
)
@click.argument("run", required=False, shell_complete=runs)
def pause(run: str | None) -> None:
    """Let a run wait between two batches. It frees nothing: its memory stays taken.

    `thaw resume RUN` lets it go on.
    """
    from tui.runs.control import Pause

    _tell(run_of(run), Pause())


@click.command(
    cls=Helped,
    short_help="Let a run go on that was paused, stopped or lost.",
    examples=(
        ("thaw resume", "the only run that is going on, else the newest"),
        ("thaw resume RUN", "one of several"),
    ),
)
@click.argument("run", required=False, shell_complete=runs)
def resume(run: str | None) -> None:
    """Let a paused run go on, or start one again that was stopped, has failed or was lost.

    It is started in the background, from its newest checkpoint; `thaw attach RUN` shows it, and
    `thaw train RUN` does the same in the foreground.
    """
    from tui.runs.control import GoOn
    from tui.runs.past import read_past, why_not_started
    from tui.runs.trainer import is_alive, start_trainer

    folder = run_of(run)
    past = read_past(folder)
    if past.started is not None and past.finished is None and is_alive(folder, past.started):
        _tell(folder, GoOn())
        return
    if why_not := why_not_started(folder, past):
        raise Problem(why_not)
    try:
        start_trainer(folder)
    except OSError as error:
        raise Problem(f"{folder.path}: {(error.strerror or str(error)).lower()}") from None
    click.echo("started, in the background")


def _tell(folder: RunFolder, command: Command) -> None:
    from tui.runs.control import ControlError, send

    try:
        reply = send(folder.socket, command)
    except ControlError:
        raise Problem(f"{folder.path}: no trainer listens here; `thaw runs` lists runs") from None
    if not reply.accepted:
        raise Problem(f"{folder.path}: {reply.message}")
    echo(reply.message)
