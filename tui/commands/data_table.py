"""What `thaw data` shows a person."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from tui.printable import printable
from tui.runs.inspection import DataSummary


def classes_table(found: DataSummary, *, ascii_only: bool = False) -> Table:
    """A row a class."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("class", overflow="fold")
    table.add_column("train", justify="right", no_wrap=True)
    table.add_column("validation", justify="right", no_wrap=True)
    for name, train, validation in zip(
        found.classes, found.counts, found.validation_counts, strict=True
    ):
        shown = printable(name, ascii_only=ascii_only)
        table.add_row(Text(shown), Text(f"{train:,}"), Text(f"{validation:,}"))
    return table


def problem_lines(found: DataSummary) -> Iterator[str]:
    """Problems by kind, each with the first places."""
    from tui.figures import counted

    if found.problem_count:
        yield f"{counted(found.problem_count, 'problem')}:"
    for kind in found.kinds:
        yield f"  {kind.kind}: {kind.count:,}"
        for line in kind.first:
            yield f"    {line}"
        if kind.count > len(kind.first):
            yield f"    and {kind.count - len(kind.first):,} more"
