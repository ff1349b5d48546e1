"""Rich tables of the commands that need no screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from tui.figures import megabytes
from tui.model.listing import Listing
from tui.model.weight_listing import ListedModel
from tui.printable import printable
from tui.runs.inspection import Differences

MULTIPLIERS = ("lr_mult", "wd_mult")


def parameters_table(listing: Listing, *, ascii_only: bool = False) -> Table:
    """What `thaw params` shows a person."""
    times = "x" if ascii_only else "×"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("structure name", overflow="fold")
    table.add_column("prefixed name", overflow="fold")
    table.add_column("shape")
    table.add_column("count", justify="right")
    table.add_column("dtype")
    table.add_column("state")
    # Where they are 1 throughout, as they mostly are, they tell nothing.
    shown = [m for m in MULTIPLIERS if any(getattr(row, m) != 1 for row in listing.parameters)]
    for multiplier in shown:
        table.add_column(multiplier, justify="right")
    for row in listing.parameters:
        shape = "?" if row.shape is None else times.join(str(size or "?") for size in row.shape)
        state = f"{row.state}, {row.statistic}" if row.statistic else row.state
        table.add_row(
            Text("\n".join(printable(name, ascii_only=ascii_only) for name in row.structure_names)),
            Text(printable(row.name, ascii_only=ascii_only)),
            Text(shape or "scalar"),
            Text("?" if row.count is None else f"{row.count:,}"),
            Text(row.dtype),
            Text(state),
            *(Text(f"{getattr(row, multiplier):g}") for multiplier in shown),
        )
    return table


def differences_table(differences: Differences, *, ascii_only: bool = False) -> Table:
    """What `thaw diff` shows a person: all that is not the same."""
    times = "x" if ascii_only else "×"
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("parameter", overflow="fold")
    table.add_column("shape")
    table.add_column("difference")
    table.add_column("largest", justify="right")
    table.add_column("relative", justify="right")
    for row in differences.rows:
        if row.how == "same":
            continue
        held = row.how in ("changed", "retyped")
        how = f"{row.how}, {row.not_finite} NaN or Inf" if row.not_finite else row.how
        relative = "from 0" if row.relative is None else f"{row.relative:.3g}"
        table.add_row(
            Text(printable(row.name, ascii_only=ascii_only)),
            Text(times.join(map(str, row.shape)) or "scalar"),
            Text(how),
            Text(f"{row.largest:.3g}" if held else ""),
            Text(relative if held else ""),
        )
    return table


PLACES = {"gluoncv": "GluonCV", "hub": "hub", "web": "web"}


def places_table(listed: ListedModel) -> Table:
    """What `thaw weights list MODEL` shows a person: a row for each place, in order."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("for", no_wrap=True)
    table.add_column("from", no_wrap=True)
    table.add_column("source", overflow="fold")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("license", no_wrap=True)
    table.add_column("trained by", no_wrap=True)
    for row in listed.places:
        size = "?" if row.size is None else megabytes(row.size)
        table.add_row(
            Text(row.name if row.fills == "all" else f"trunk {row.name}".strip()),
            Text(PLACES[row.place]),
            Text(row.where if row.place != "gluoncv" else row.where.rpartition("/")[2]),
            Text(size if row.exact or row.size is None else f"about {size}"),
            Text(row.license),
            Text(row.trained_by),
        )
    return table


def weights_table(models: Sequence[ListedModel]) -> Table:
    """What `thaw weights list` shows a person: a row a model, with its first public place."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("model", no_wrap=True)
    table.add_column("on this disk", no_wrap=True)
    table.add_column("weights", overflow="fold")
    table.add_column("trunk's weights", overflow="fold")
    for model in models:
        here = {file.fills: "yes" if file.fills == "all" else "trunk" for file in model.on_disk}
        table.add_row(
            Text(model.model),
            Text(here.get("all") or here.get("trunk") or ""),
            Text(_first(model, "all")),
            Text(_first(model, "trunk")),
        )
    return table


def _first(model: ListedModel, fills: str) -> str:
    rows = [row for row in model.places if row.fills == fills]
    public = [row for row in rows if row.place != "gluoncv"]
    if public:
        where = public[0].where
        return where.rpartition("/")[2] if public[0].place == "web" else where
    return "GluonCV's repository" if rows else ""
