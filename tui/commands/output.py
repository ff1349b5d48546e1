"""Text for a person's file, or for standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from tui.commands.problem import Problem
from tui.commands.saying import say
from tui.printable import plain


def output_options(command: Callable[..., None]) -> Callable[..., None]:
    """`-o FILE` and `--force`, as `output` and `force`."""
    options = (
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to a file.",
        ),
        click.option("--force", is_flag=True, help="Write over a file that is there already."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def put_out(text: str, output: Path | None, *, force: bool) -> None:
    """Write a text to a file, or to standard output where none is named. A file that is there
    already, or cannot be written, is a problem."""
    if output is None:
        if sys.stdout.isatty():
            # Into a pipe it is what it is; on a terminal it is to be looked at.
            text = "\n".join(map(plain, text.split("\n")))
        click.echo(text, nl=False)
        return
    path = output.expanduser()
    try:
        if path.exists() and not force:
            raise Problem(f"{output}: is there already; --force writes over it")
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Problem(f"{output}: {(error.strerror or str(error)).lower()}") from None
    say(f"written to {output}")
