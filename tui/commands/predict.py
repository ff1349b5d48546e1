"""`thaw predict`: what a run's network says of pictures."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.commands.asking import answer_to
from tui.commands.completing import files, runs
from tui.commands.doing import doing_shown
from tui.commands.helped import Helped
from tui.commands.problem import Problem
from tui.commands.run_argument import run_of
from tui.commands.saying import say
from tui.commands.source_options import ctx_option

if TYPE_CHECKING:
    from tui.runs.folder import RunFolder

SHOWN = 4


@click.command(
    cls=Helped,
    short_help="Draw what a run's network predicts on pictures.",
    examples=(
        ("thaw predict RUN picture.jpg", "drawn, and shown in the terminal"),
        ("thaw predict RUN holiday more.png --threshold 0.3 --out seen", "folders as well"),
        ("thaw predict RUN holiday --json", "what was found, for scripts"),
    ),
)
@click.argument("run", shell_complete=runs)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE...", shell_complete=files)
@click.option(
    "--threshold",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The least score of an object that is drawn.",
)
@click.option(
    "--weights", metavar="FILE", shell_complete=files, help="Other weights than the run's best."
)
@click.option(
    "--out",
    metavar="DIR",
    shell_complete=files,
    help="Where to write; RUN's predictions/ unless told.",
)
@click.option(
    "--ctx",
    callback=lambda context, option, text: ctx_option(context, option, text) if text else "",
    help="cpu or gpu(0); as the run had it.",
)
@click.option(
    "--show",
    type=click.IntRange(0, 1000),
    default=SHOWN,
    show_default=True,
    metavar="N",
    help="As many pictures are shown in the terminal.",
)
@click.option("--json", "as_json", is_flag=True, help="A JSON object a picture, for scripts.")
def predict(
    run: str,
    images: tuple[str, ...],
    threshold: float,
    weights: str | None,
    out: str | None,
    ctx: str,
    show: int,
    as_json: bool,
) -> None:
    """Draw what a run's network predicts on pictures, as PNG files, and show them.

    RUN is a run's folder, its name in `thaw runs`, or the beginning of its name; its best weights
    are used, of one that has not ended those of its newest checkpoint. IMAGE is a JPEG, PNG or
    BMP, or a folder of them. Boxes are in pixels of the picture, upright as a viewer shows it.

    Beside the pictures, predictions.jsonl has a JSON object a line, which --json prints: version
    (1), picture, width, height, drawn, objects (name, score, box, mask, joints), classes, areas
    (name, value) and mask. Fields are added, never changed, under one version.

    Exit code 0: all were read. 1: some were not; each is named and left out. 2: bad input.
    """
    from tui.runs.inspection import Predict, Predictions

    if threshold != threshold:
        raise Problem("--threshold nan: a number from 0 to 1 is needed")
    folder = run_of(run)
    file, what = _weights_of(folder, weights)
    into = Path(out).expanduser() if out else folder.path / "predictions"
    screen = None
    if show and not as_json:
        from tui.commands.picture_cells import Screen

        screen = Screen(sys.stdout)
    question = Predict(
        str(folder.path.absolute()),
        file,
        tuple(os.path.abspath(Path(image).expanduser()) for image in images),
        os.path.abspath(into),
        threshold,
        ctx,
        show if screen else 0,
        screen.pixels if screen else (16, 16),
    )
    with doing_shown() as hear:
        found = answer_to(question, hear)
    assert isinstance(found, Predictions)
    for line in found.unreadable:
        say(f"left out: {line}")
    if as_json:
        from tui.runs.predictions import NAME

        click.echo((into / NAME).read_bytes(), nl=False)
    elif screen:
        if screen.why_not:
            say(screen.why_not)
        for picture in found.shown:
            screen.show(picture)
    _tell(found, into, what)
    sys.exit(1 if found.unreadable else 0)


def _weights_of(folder: RunFolder, given: str | None) -> tuple[str, str]:
    from tui.runs.trained import NoWeights, trained_weights

    if given is not None:
        path = Path(given).expanduser()
        if not path.is_file():
            raise Problem(f"{given}: there is no such file of weights")
        return str(path.absolute()), given
    try:
        found = trained_weights(folder, best=True)
    except NoWeights as error:
        raise Problem(str(error)) from None
    return str(found.path.absolute()), found.what


def _tell(found: object, into: Path, what: str) -> None:
    from tui.figures import counted
    from tui.runs.inspection import Predictions

    assert isinstance(found, Predictions)
    left = f", {len(found.unreadable):,} left out" if found.unreadable else ""
    say(f"{counted(found.written, 'picture')} in {into}{left}; weights: {what}")
