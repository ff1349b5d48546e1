"""A place that can serve weights, in words."""

from __future__ import annotations

from tui.figures import megabytes
from tui.model.weight_sources import WeightSource


def said_of(source: WeightSource) -> str:
    """A place for a file, in a line: what it is called, how large it is, whose it is."""
    where = source.where
    if source.place == "web":
        where = f"{where.split('/')[2]}: {where.rpartition('/')[2]}"
    size = ""
    if source.bytes:
        size = f", {'' if source.size else 'about '}{megabytes(source.bytes)}"
    return f"{where}{size}, {source.license}"
