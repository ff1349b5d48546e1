"""Shared memory, through which pictures come from the processes that read them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tui.commands.checks.line import Line
from tui.figures import size

PLACE = Path("/dev/shm")

LITTLE = 1_000_000_000
"""Bytes. A container has 64 MB unless it was given more, and a batch of pictures takes that."""


def check(place: Path = PLACE) -> Iterator[Line]:
    """How much there is. A system without the folder has no limit of its own."""
    if not place.is_dir():
        yield Line("shared memory", "ok", "no limit of its own on this system")
        return
    free = shutil.disk_usage(place).free
    yield of_space(place, free, os.access(place, os.W_OK))


def of_space(place: Path, free: int, may_write: bool) -> Line:
    """Whether it is enough for `--workers`."""
    if not may_write:
        return Line(
            "shared memory", "warn", f"{place} may not be written", "Train with --workers 0."
        )
    said = f"{size(free)} free in {place}"
    if free >= LITTLE:
        return Line("shared memory", "ok", said)
    advice = "Train with --workers 0, or give a container more: docker run --shm-size 8g"
    return Line("shared memory", "warn", said, advice)
