"""Rich tables of the commands that need no screen."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from tui.app.printable import printable
from tui.model.listing import Listing
from tui.runs.inspection import Differences


def parameters_table(listing: Listing) -> Table:
    """What `thaw params` shows a person."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("structure name", overflow="fold")
    table.add_column("prefixed name", overflow="fold")
    table.add_column("shape")
    table.add_column("count", justify="right")
    table.add_column("dtype")
    table.add_column("state")
    for row in listing.parameters:
        shape = "?" if row.shape is None else "×".join(str(size or "?") for size in row.shape)
        state = f"{row.state}, {row.statistic}" if row.statistic else row.state
        table.add_row(
            _plain("\n".join(row.structure_names)),
            _plain(row.name),
            Text(shape or "scalar"),
            Text("?" if row.count is None else f"{row.count:,}"),
            Text(row.dtype),
            Text(state),
        )
    return table


def differences_table(differences: Differences) -> Table:
    """What `thaw diff` shows a person: all that is not the same."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("parameter", overflow="fold")
    table.add_column("shape")
    table.add_column("difference")
    table.add_column("largest", justify="right")
    table.add_column("relative", justify="right")
    for row in differences.rows:
        if row.how == "same":
            continue
        changed = row.how == "changed"
        table.add_row(
            _plain(row.name),
            Text("×".join(map(str, row.shape)) or "scalar"),
            Text(row.how),
            Text(f"{row.largest:.3g}" if changed else ""),
            Text(f"{row.relative:.3g}" if changed else ""),
        )
    return table


def _plain(name: str) -> Text:
    # Names come from models and files: never markup, never an escape sequence.
    return Text("\n".join(printable(line) for line in name.split("\n")))
