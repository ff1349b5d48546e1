"""Lines and tables for a person, in what the terminal can show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from rich.table import Table


def say(line: str) -> None:
    """One line on standard error. Names in it are shown, and do nothing."""
    echo(line, err=True)


def echo(line: str, *, err: bool = False) -> None:
    """One line on standard output, or standard error. Names in it are shown, and do nothing."""
    from tui.printable import plain

    click.echo(plain(line, ascii_only=not is_unicode(sys.stderr if err else sys.stdout)), err=err)


def echo_path(path: str) -> None:
    """A path on standard output: for a script as it is, for a terminal as it can be shown."""
    if sys.stdout.isatty():
        echo(path)
    else:
        click.echo(path)


def is_ascii() -> bool:
    """Whether standard output is to be ASCII alone: it takes no more, or that was asked for."""
    from tui.app.looks import looks

    return looks().ascii or not is_unicode(sys.stdout)


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream takes more than ASCII."""
    return (getattr(stream, "encoding", None) or "").lower().startswith("utf")


def print_table(table: Table) -> None:
    """A table on standard output."""
    from rich.console import Console

    # Into a pipe a line is as long as it needs to be: names must not be broken there.
    Console(width=None if sys.stdout.isatty() else 1 << 16, highlight=False).print(table)


def print_json(told: object) -> None:
    """One line of JSON on standard output. Names in it are the same, and do nothing."""
    import msgspec

    from tui.printable import json_text

    click.echo(json_text(msgspec.json.encode(told)))
