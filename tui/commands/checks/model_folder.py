"""Where weights are kept on this disk, and what is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tui.commands.checks.folder import at_home, nearest, why_not_written
from tui.commands.checks.line import Line
from tui.figures import counted, size
from tui.model.zoo import all_on_disk, models_folder


def check() -> Iterator[Line]:
    """Whether it can be written, and what it holds."""
    folder = models_folder()
    where = at_home(folder)
    if why_not := why_not_written(folder):
        yield Line(
            "model folder",
            "fail" if nearest(folder) != folder else "warn",
            f"{where}: {why_not}",
            "Name another in MXNET_HOME, or give yourself the right to write there.",
        )
    elif nearest(folder) != folder:
        yield Line("model folder", "ok", f"{where}, made at the first download")
    else:
        yield Line("model folder", "ok", f"{where}: {_held(folder)}")


def _held(folder: Path) -> str:
    weights = [entry for entry in os.scandir(folder) if entry.name.endswith(".params")]
    names = counted(len(all_on_disk(folder)), "name")
    if not weights:
        return "no weights yet"
    bytes_ = sum(entry.stat().st_size for entry in weights)
    files = counted(len(weights), "file")
    return f"{files} of weights, {size(bytes_)}, for {names} of the zoo"
