"""Commands whose `--help` ends in examples, in lines that fit into 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

Example = tuple[str, str]
"""A command line, and what it does."""

ASIDE = 2
"""Cells between a command line and what it does, where both stand in one line."""

GO_ON = " \\"


class Helped(click.Command):
    """A command with examples."""

    def __init__(self, *arguments: Any, examples: Sequence[Example] = (), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, one under the other."""
        super().format_epilog(ctx, formatter)
        if not self.examples:
            return
        with formatter.section("Examples"):
            before = " " * formatter.current_indent
            for line in example_lines(self.examples, formatter.width - len(before)):
                formatter.write(f"{before}{line}\n")


class HelpedGroup(Helped, click.Group):
    """A group with examples, of commands with examples."""

    command_class = Helped


def example_lines(examples: Sequence[Example], width: int) -> Iterator[str]:
    """The examples in lines of at most so many cells: what each does stands beside it where there
    is room for that beside all of them, else above."""
    column = max(len(line) for line, _ in examples) + ASIDE
    beside = all(column + len(does) <= width for _, does in examples)
    for line, does in examples:
        if beside:
            yield f"{line:<{column}}{does}".rstrip()
            continue
        if does:
            yield f"# {does}"
        yield from _broken(line, width)


def _broken(line: str, width: int) -> Iterator[str]:
    """A command line in as many lines as it needs, broken before an option as a shell takes it."""
    now = ""
    for number, part in enumerate(line.split(" --")):
        part = f"--{part}" if number else part
        joined = f"{now} {part}" if now else part
        if now and len(joined) + len(GO_ON) > width:
            yield now + GO_ON
            joined = f"    {part}"
        now = joined
    yield now
