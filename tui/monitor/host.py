"""The host's memory, and that of single processes, read through psutil."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """Memory in bytes. `used` is what programs cannot get (total less available); `own` is this
    process's resident memory, `trainer` the trainer's, None where it is not known."""

    total: int
    used: int
    swap_total: int
    swap_used: int
    own: int
    trainer: int | None


def host_snapshot(trainer: int | None = None) -> HostSnapshot:
    """Memory now; `trainer` is a process number. Never raises for a process that is gone."""
    memory = psutil.virtual_memory()
    total, used, swap_total, swap_used = memory.total, memory.total - memory.available, 0, 0
    try:
        swap = psutil.swap_memory()
        swap_total, swap_used = swap.total, swap.used
    except (OSError, RuntimeError):
        # Some containers hide /proc/vmstat or /proc/swaps.
        pass
    return HostSnapshot(
        total,
        used,
        swap_total,
        swap_used,
        resident(os.getpid()) or 0,
        None if trainer is None else resident(trainer),
    )


def resident(pid: int) -> int | None:
    """A process's resident memory in bytes; None where it is gone or not ours to see."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):
        return None
