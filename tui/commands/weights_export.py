"""`thaw weights export`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.asking import answer_to
from tui.commands.completing import runs
from tui.commands.doing import doing_shown
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import say

if TYPE_CHECKING:
    from tui.runs.inspection import Form

ENDINGS = ("-symbol.json", "-0000.params", ".params", ".onnx")


@click.command(
    cls=Helped,
    examples=(
        ("thaw weights export RUN", "NAME.params, by structure names"),
        ("thaw weights export RUN --as symbol --out fruit", "fruit-symbol.json and .params"),
        ("thaw weights export RUN --as onnx --best", "NAME.onnx"),
    ),
)
@click.argument("run", shell_complete=runs)
@click.option(
    "--as",
    "form",
    type=click.Choice(["params", "symbol", "onnx"]),
    default="params",
    show_default=True,
    help="What to write.",
)
@click.option("--out", metavar="PATH", help="The files' path; in RUN's exports/ unless told.")
@click.option("--best", is_flag=True, help="The best weights by metric, not the last.")
@click.option("--force", is_flag=True, help="Write over files that are there already.")
def export(run: str, form: Form, out: str | None, best: bool, force: bool) -> None:
    """Write a run's network for use elsewhere.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name; of one that has
    not ended, the weights of its newest checkpoint are written. Symbol and params are read by
    gluon.SymbolBlock.imports. ONNX is written by MXNet's own exporter, which does not know every
    operator, and needs the extra gluon-thaw[onnx].

    NAME.params.deploy.json (symbol, onnx) beside them has: version (1), model, recipe, weights,
    files, classes, and input (height, width, mean, std, resized).
    """
    from tui.runs.inspection import ExportWeights, WeightsExported
    from tui.runs.trained import NoWeights, trained_weights

    folder = run_of(run)
    try:
        found = trained_weights(folder, best=best)
    except NoWeights as error:
        raise Problem(str(error)) from None
    path = Path(out).expanduser() if out else folder.path / "exports" / folder.path.resolve().name
    if out is not None and (not path.name or out.endswith("/") or path.is_dir()):
        raise Problem(f"--out {out}: a folder; give the files' path without an ending")
    name = next((path.name[: -len(end)] for end in ENDINGS if path.name.endswith(end)), path.name)
    if not name:
        raise Problem(f"--out {out}: an ending without a name")
    question = ExportWeights(
        str(folder.path.absolute()),
        str(found.path.absolute()),
        form,
        os.path.abspath(path.with_name(name)),
        found.what,
        force,
    )
    with doing_shown() as hear:
        done = answer_to(question, hear)
    assert isinstance(done, WeightsExported)
    for note in done.notes:
        say(note)
    say(f"weights: {found.what}")
    for file in done.files:
        click.echo(file)
