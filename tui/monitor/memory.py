"""GPU and host memory in one snapshot: what the memory pane shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.monitor.gpu import GpuSnapshot
from tui.monitor.host import HostMonitor, HostSnapshot, family
from tui.monitor.nvml import GpuMonitor
from tui.monitor.past import HOST, Past, PastKeeper


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """All memory at one moment; `trainer` is the process that `host.trainer` speaks of, `ours`
    are it and all that it has started. `past` is how each GPU, by its label, and the host have
    gone until now."""

    gpu: GpuSnapshot
    host: HostSnapshot
    trainer: int | None = None
    ours: frozenset[int] = frozenset()
    past: Mapping[str, Past] = field(default_factory=dict)


class MemoryMonitor:
    """Takes snapshots. A call may take a while (a driver that wakes up): call it in a thread."""

    def __init__(self, gpu: GpuMonitor | None = None, host: HostMonitor | None = None) -> None:
        self._gpu = gpu or GpuMonitor()
        self._host = host or HostMonitor()
        self._past: dict[str, PastKeeper] = {}

    def snapshot(self, trainer: int | None) -> MemorySnapshot:
        """Memory now; `trainer` is the trainer's process number, where it is known."""
        gpu, host = self._gpu.snapshot(), self._host.snapshot(trainer)
        ours = frozenset[int]()
        if trainer is not None:
            # To look for its children takes a while, and only GPUs tell of them.
            ours = family(trainer) if gpu.gpus else frozenset({trainer})
        for label in self._past.keys() - {HOST, *(one.label for one in gpu.gpus)}:
            self._keeper(label).add(None, None)
        for one in gpu.gpus:
            busy = None if one.utilisation is None else one.utilisation / 100
            self._keeper(one.label).add(one.used, busy)
        cores = host.cores
        self._keeper(HOST).add(host.used, sum(cores) / len(cores) if cores else None)
        past = {label: keeper.so_far() for label, keeper in self._past.items()}
        return MemorySnapshot(gpu, host, trainer, ours, past)

    def close(self) -> None:
        """Let the GPU driver go."""
        self._gpu.close()

    def _keeper(self, label: str) -> PastKeeper:
        return self._past.setdefault(label, PastKeeper())
