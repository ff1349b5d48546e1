"""GPU and host memory in one snapshot: what the memory pane shows."""

from __future__ import annotations

from dataclasses import dataclass

from tui.monitor.gpu import GpuMonitor, GpuSnapshot
from tui.monitor.host import HostSnapshot, host_snapshot


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """All memory at one moment; `trainer` is the process that `host.trainer` speaks of."""

    gpu: GpuSnapshot
    host: HostSnapshot
    trainer: int | None = None


class MemoryMonitor:
    """Takes snapshots. A call may take a while (a driver that wakes up): call it in a thread."""

    def __init__(self, gpu: GpuMonitor | None = None) -> None:
        self._gpu = gpu or GpuMonitor()

    def snapshot(self, trainer: int | None) -> MemorySnapshot:
        """Memory now; `trainer` is the trainer's process number, where it is known."""
        return MemorySnapshot(self._gpu.snapshot(), host_snapshot(trainer), trainer)

    def close(self) -> None:
        """Let the GPU driver go."""
        self._gpu.close()
