"""`thaw diff`: which parameters differ between two files of weights, or two runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tui.commands.asking import answer_to
from tui.commands.completing import files
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_called
from tui.commands.saying import is_unicode, print_json, print_table, say


@click.command(
    cls=Helped,
    short_help="Which parameters differ between files of weights, or runs.",
    examples=(
        ("thaw diff before.params after.params", "what differs, and by how much"),
        ("thaw diff model.params RUN_DIR --json", "a file and a run, for scripts"),
    ),
)
@click.argument("first", shell_complete=files)
@click.argument("second", shell_complete=files)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def diff(first: str, second: str, as_json: bool) -> None:
    """Which parameters differ between two files of weights, or two runs, and by how much.

    FIRST and SECOND are .params files, or runs that have ended, by their folders or names.
    Parameters are told apart by their names in the files. Exit code 1 where anything differs, as
    of diff.

    --json prints one object: version (1), first, second, and parameters: for each its name, shape,
    how (same, changed, retyped, reshaped, first only, second only), largest (absolute difference
    of a value), relative (norm of the difference over the norm of the first; null where that is
    all zeros) and not_finite (values that are NaN or Inf, and left out of both).
    """
    from tui.runs.inspection import CompareWeights, Differences

    found = answer_to(CompareWeights(_weights_of(first), _weights_of(second)))
    assert isinstance(found, Differences)
    same = sum(row.how == "same" for row in found.rows)
    if as_json:
        told = {"version": 1, "first": first, "second": second, "parameters": found.rows}
        print_json(told)
    else:
        from tui.commands.tables import differences_table

        if same < len(found.rows):
            print_table(differences_table(found, ascii_only=not is_unicode(sys.stdout)))
        if not any("only" not in row.how for row in found.rows):
            say("no name is in both: one may have structure names, and the other prefixed ones")
        click.echo(f"{same} of {len(found.rows)} parameters are the same, bit for bit")
    sys.exit(0 if same == len(found.rows) else 1)


def _weights_of(text: str) -> str:
    from tui.runs.folder import RunFolder

    path = Path(text).expanduser()
    if not path.exists() and (run := run_called(text)):
        path = run.path
    if path.is_dir():
        folder = RunFolder(path)
        if not folder.spec_file.is_file():
            raise Problem(f"{text}: a folder, and no run's (it has no run.toml)")
        path = folder.weights / "final.params"
        if not path.is_file():
            raise Problem(f"{text}: this run has not ended; its weights are written at its end")
    if not path.is_file():
        raise Problem(f"{text}: there is no such file")
    return str(path)
