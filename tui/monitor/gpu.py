"""What is known of GPUs at one moment, as data: `tui.monitor.nvml` reads it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process on a GPU; `used` is in bytes, None where the driver does not tell. `name` is
    empty where the process is not ours to see."""

    pid: int
    used: int | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU, or, where one is cut up by MIG, a part of it (`mig` is its number there). `total`
    and `used` are in bytes, `utilisation` is 0 to 100, `temperature` in degrees Celsius, `power`
    and `power_limit` in watts; each is None where the card does not tell. A part has the
    temperature and the power of the whole."""

    index: int
    name: str
    total: int | None
    used: int | None
    utilisation: int | None
    temperature: int | None
    power: float | None
    processes: tuple[GpuProcess, ...]
    power_limit: float | None = None
    mig: int | None = None

    @property
    def label(self) -> str:
        """Its number, and of a part also that: `0`, `0:2`."""
        return str(self.index) if self.mig is None else f"{self.index}:{self.mig}"

    def used_by(self, pids: Set[int]) -> int | None:
        """Bytes used by these processes; None where none of them is known here."""
        told = [p.used for p in self.processes if p.pid in pids and p.used is not None]
        return sum(told) if told else None

    def others(self, pids: Set[int]) -> tuple[GpuProcess, ...]:
        """The other processes, those that use most first."""
        rest = [one for one in self.processes if one.pid not in pids]
        return tuple(sorted(rest, key=lambda one: -(one.used or 0)))


@dataclass(frozen=True, slots=True)
class GpuSnapshot:
    """All GPUs at one moment. Where there is none, or one does not answer, `problem` says why in
    one line."""

    gpus: tuple[Gpu, ...]
    problem: str = ""
