"""The host's memory and cores, and the memory of single processes, read through psutil."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psutil


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """Memory in bytes. `used` is what programs cannot get (total less available); `own` is this
    process's resident memory, `trainer` the trainer's, None where it is not known. `cores` is how
    busy each core was since the snapshot before, 0 to 1; empty in the first one."""

    total: int
    used: int
    swap_total: int
    swap_used: int
    own: int
    trainer: int | None
    cores: tuple[float, ...] = ()


class HostMonitor:
    """Takes snapshots of the host. One instance is used from one thread at a time."""

    def __init__(self) -> None:
        self._times: Sequence[Any] = ()

    def snapshot(self, trainer: int | None = None) -> HostSnapshot:
        """The host now; `trainer` is a process number. Never raises for a process that is gone."""
        memory = psutil.virtual_memory()
        swap_total, swap_used = 0, 0
        try:
            swap = psutil.swap_memory()
            swap_total, swap_used = swap.total, swap.used
        except (OSError, RuntimeError):
            # Some containers hide /proc/vmstat or /proc/swaps.
            pass
        return HostSnapshot(
            memory.total,
            memory.total - memory.available,
            swap_total,
            swap_used,
            resident(os.getpid()) or 0,
            None if trainer is None else resident(trainer),
            self._cores(),
        )

    def _cores(self) -> tuple[float, ...]:
        # psutil's own cpu_percent remembers what came before for each thread by itself, and a
        # snapshot is taken now in one thread, now in another.
        before = self._times
        try:
            self._times = psutil.cpu_times(percpu=True)
        except (OSError, RuntimeError):
            self._times = ()
        if len(before) != len(self._times):
            return ()  # the first one, or a core has come or gone
        return tuple(_busy(old, new) for old, new in zip(before, self._times, strict=True))


def _busy(old: Any, new: Any) -> float:
    idle = new.idle - old.idle + getattr(new, "iowait", 0.0) - getattr(old, "iowait", 0.0)
    # A guest's time is within the time of its user already.
    whole = sum(
        getattr(new, name) - getattr(old, name)
        for name in new._fields
        if name not in ("guest", "guest_nice")
    )
    return min(1.0, max(0.0, 1.0 - idle / whole)) if whole > 0 else 0.0


def resident(pid: int) -> int | None:
    """A process's resident memory in bytes; None where it is gone or not ours to see."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except (psutil.Error, OSError):
        return None


def family(pid: int) -> frozenset[int]:
    """A process and all that it has started; the process alone where it is gone."""
    try:
        return frozenset({pid, *(one.pid for one in psutil.Process(pid).children(recursive=True))})
    except (psutil.Error, OSError):
        return frozenset({pid})
