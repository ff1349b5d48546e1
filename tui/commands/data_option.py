"""`--data`, checked before anything slow begins."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from tui.commands.completing import data as complete_data
from tui.commands.problem import Problem

DATA_FILES = (".json", ".yaml", ".yml", ".rec", ".lst")
"""Data sets that are named by a file."""


def _data(_: click.Context, __: click.Parameter, text: str | None) -> str | None:
    if text is None or text == "shapes":
        return text
    path = Path(text).expanduser()
    try:
        if not path.exists():
            raise Problem(f"--data {text}: there is nothing at this path")
        if not path.is_dir() and path.suffix.lower() not in DATA_FILES:
            kinds = ", ".join(DATA_FILES)
            raise Problem(f"--data {text}: a file; the folder that holds the data set, or {kinds}")
        if not os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK):
            what = "folder" if path.is_dir() else "file"
            raise Problem(f"--data {text}: this {what} may not be read")
        if path.is_dir() and not any(path.iterdir()):
            raise Problem(f"--data {text}: the folder is empty")
    except OSError as error:
        raise Problem(f"--data {text}: {(error.strerror or str(error)).lower()}") from None
    return os.path.abspath(path)


def data_option(command: Callable[..., None]) -> Callable[..., None]:
    """`--data PATH`, as `data`: an absolute path, or the word for the built-in pictures."""
    help = "Pictures to train on; the word shapes: those that thaw draws itself."
    return click.option(
        "--data", callback=_data, metavar="PATH", shell_complete=complete_data, help=help
    )(command)
