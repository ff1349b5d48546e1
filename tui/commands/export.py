"""`thaw export`: a run's steps and validations for other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tui.commands.completing import runs
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import say
from tui.whole_file import whole_file

if TYPE_CHECKING:
    from tui.runs.folder import RunFolder


@click.command(
    cls=Helped,
    short_help="A run's steps and validations, for other programs.",
    examples=(
        ("thaw export RUN --csv --out run.csv", "a table"),
        ("thaw export RUN --json", "one JSON object, on standard output"),
        ("thaw export RUN --tensorboard --follow", "event files, until it ends"),
        ("thaw export --schema", "what a line of events.jsonl may hold"),
    ),
)
@click.argument("run", required=False, shell_complete=runs)
@click.option("--csv", "form", flag_value="csv", help="One table of steps and validations.")
@click.option("--json", "form", flag_value="json", help="One JSON object.")
@click.option("--tensorboard", "form", flag_value="tensorboard", help="An event file.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The file, or for --tensorboard the folder; without it, standard output, and the "
    "folder tensorboard in the run's.",
)
@click.option("--force", is_flag=True, help="Write over what is there already.")
@click.option("--follow", is_flag=True, help="With --tensorboard: go on until the run ends.")
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a line of events.jsonl.")
def export(
    run: str | None, form: str | None, out: Path | None, force: bool, follow: bool, schema: bool
) -> None:
    """Write a run's steps and validations for other programs, those alone that lasted: what a
    resumed run has done again is told once.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name.

    \b
    --csv, a row each:
      kind                  step or validation
      time                  seconds since 1970
      step, epoch           counted from 1
      loss                  of the step, all parts; empty: no finite number
      learning_rate         in force at the step
      pictures_per_second   trained
      metric, value         of the validation; value is 0 to 1
      loss.NAME             each part of the loss
      class.NAME            each class's part of the metric
      beside.NAME           other metrics of the same validation

    --json prints one object: version (1), run, model, recipe, data, metric, steps (time, step,
    epoch, loss, losses, learning_rate, pictures_per_second, by_process: that of each process of
    several by itself) and validations (time, step, epoch, metric, value, per_class, beside).

    --tensorboard writes loss, loss/NAME, learning_rate and pictures_per_second by step, and
    metric/NAME, class/NAME and beside/NAME by the step of the validation.
    """
    if schema:
        from tui.runs.export import event_schema

        if run or form:
            raise Problem("--schema is the same for every run; give it alone")
        _put(lambda file: file.write(f"{event_schema().decode()}\n"), out, force=force)
        return
    if run is None:
        raise Problem("export: say which RUN")
    if form is None:
        raise Problem("export: say how: --csv, --json or --tensorboard")
    if follow and form != "tensorboard":
        raise Problem("--follow goes with --tensorboard")
    folder = run_of(run)
    if not folder.events_file.is_file():
        raise Problem(f"{run}: nothing has happened in this run yet; thaw train {run} starts it")
    if form == "tensorboard":
        _event_files(folder, out, force=force, follow=follow)
        return
    from tui.runs.export import write_csv, write_json

    write = write_csv if form == "csv" else write_json
    _put(lambda file: write(folder, file), out, force=force)


def _put(write: Callable[[TextIO], object], out: Path | None, *, force: bool) -> None:
    """Write to standard output, or to a file, whole or not at all."""
    if out is None:
        write(sys.stdout)
        return
    path = out.expanduser()
    if path.exists() and not force:
        raise Problem(f"{out}: is there already; --force writes over it")
    try:
        with (
            whole_file(path) as temporary,
            temporary.open("w", encoding="utf-8", newline="") as file,
        ):
            write(file)
    except (OSError, ValueError) as error:
        raise Problem(_why(out, error)) from None
    say(f"written to {out}")


def _event_files(folder: RunFolder, out: Path | None, *, force: bool, follow: bool) -> None:
    from tui.commands.event_files import PATTERN, event_folder, write_event_file

    target = out.expanduser() if out else event_folder(folder)
    if out and not force and target.is_dir() and any(target.glob(PATTERN)):
        raise Problem(f"{out}: holds event files already; --force puts others in their place")
    try:
        count = write_event_file(folder, target, follow=follow)
    except OSError as error:
        raise Problem(_why(target, error)) from None
    say(f"{count:,} steps and validations written to {target}")


def _why(path: Path, error: Exception) -> str:
    return f"{path}: {(getattr(error, 'strerror', None) or str(error)).lower()}"
