"""`thaw doctor`: whether this machine has what thaw needs, and what to do where it has not."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

import click

from tui.commands.helped import Helped
from tui.commands.saying import echo, is_unicode, print_json

if TYPE_CHECKING:
    from tui.commands.checks.line import Line

JSON_VERSION = 1

NAMES = 14
"""Cells of the column of names."""

SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}
PLAIN_SIGNS = {"ok": "+", "warn": "!", "fail": "x"}
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(
    cls=Helped,
    short_help="Whether thaw can work here, and what to do if not.",
    examples=(
        ("thaw doctor", "look at everything"),
        ("thaw doctor --json", "the same for a script"),
    ),
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for scripts.")
def doctor(as_json: bool) -> None:
    """Look at this machine: whether thaw can work here, and what to do where it cannot.

    Looked at are Python, NumPy, MXNet (in a process of its own), GluonCV, OpenCV, the driver and
    the GPUs, the folders of models and runs, the places that weights come from, disks, shared
    memory, ssh and the terminal. Nothing is changed and nothing is fetched; no place is waited
    for longer than four seconds.

    Each line is ok, warn (something works less well, or not everything does) or fail, with what
    to do. Exit code 1 where anything fails, else 0.

    --json prints one object: version (1), fails, warnings and lines (name, verdict, said,
    advice).
    """
    from tui.commands.checks import all_lines

    told = []
    for line in all_lines():
        told.append(line)
        if not as_json:
            _tell(line)
    fails = sum(line.verdict == "fail" for line in told)
    warnings = sum(line.verdict == "warn" for line in told)
    if as_json:
        found = {"version": JSON_VERSION, "fails": fails, "warnings": warnings, "lines": told}
        print_json(found)
    else:
        _sum_up(fails, warnings)
    sys.exit(1 if fails else 0)


def _tell(line: Line) -> None:
    from tui.printable import plain

    unicode = is_unicode(sys.stdout)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1 << 16
    sign = (SIGNS if unicode else PLAIN_SIGNS)[line.verdict]
    verdict = f"{sign} {line.verdict:<4}"
    if _in_colour():
        verdict = click.style(verdict, fg=COLOURS[line.verdict], bold=line.verdict != "ok")
    before = 8 + NAMES
    said, *rest = _wrapped(plain(line.said, ascii_only=not unicode), width - before)
    click.echo(f"{verdict}  {line.name:<{NAMES}}{said}")
    if line.advice:
        arrow = "→ " if unicode else "> "
        advice = _wrapped(plain(line.advice, ascii_only=not unicode), width - before - 2)
        rest += [f"{arrow if not at else '  '}{text}" for at, text in enumerate(advice)]
    for more in rest:
        click.echo(" " * before + more)


def _wrapped(text: str, width: int) -> list[str]:
    # A path or an address is never broken: it is there to be copied.
    return textwrap.wrap(text, max(20, width), break_long_words=False, break_on_hyphens=False) or [
        ""
    ]


def _in_colour() -> bool:
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") not in ("dumb", "")
    )


def _sum_up(fails: int, warnings: int) -> None:
    from tui.figures import counted

    click.echo()
    if fails:
        echo(f"{counted(fails, 'line')} {'fails' if fails == 1 else 'fail'}: see there.")
    elif warnings:
        echo(f"thaw works here; {counted(warnings, 'line')} could be better.")
    else:
        echo("thaw works here.")
