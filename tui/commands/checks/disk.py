"""Free space where runs and weights are written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tui.commands.checks.folder import at_home, nearest
from tui.commands.checks.line import Line
from tui.figures import size
from tui.model.zoo import models_folder
from tui.runs.folder import runs_home

LITTLE = 5_000_000_000
"""Bytes. A run of a detector keeps three checkpoints and two sets of weights: under 2 GB."""

NONE = 500_000_000


def check() -> Iterator[Line]:
    """The disk of the runs and, where that is another, the one of the weights."""
    runs, models = nearest(runs_home()), nearest(models_folder())
    same = os.stat(runs).st_dev == os.stat(models).st_dev
    usage = shutil.disk_usage(runs)
    yield of_space("runs and weights" if same else "runs", runs, usage.free, usage.total)
    usage = shutil.disk_usage(models)
    # A file system without a size, such as /proc, is no disk: its folder's own line says more.
    if not same and usage.total:
        yield of_space("weights", models, usage.free, usage.total)


def of_space(what: str, folder: Path, free: int, total: int) -> Line:
    """Whether there is enough."""
    said = f"{size(free)} of {size(total)} free for {what} ({at_home(folder)})"
    if free >= LITTLE:
        return Line("disk", "ok", said)
    prune = "thaw runs prune --older 30d deletes old runs; --dry-run says which."
    return Line("disk", "fail" if free < NONE else "warn", said, prune)
