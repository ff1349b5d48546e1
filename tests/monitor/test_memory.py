"""One snapshot of all memory."""

from __future__ import annotations

import os

from tests.monitor.test_gpu import StandInNvml
from tui.monitor.gpu import GpuMonitor
from tui.monitor.memory import MemoryMonitor


def test_a_snapshot_holds_gpus_host_and_trainer() -> None:
    nvml = StandInNvml()
    monitor = MemoryMonitor(GpuMonitor(lambda: nvml))
    snapshot = monitor.snapshot(os.getpid())
    assert len(snapshot.gpu.gpus) == 1
    assert snapshot.trainer == os.getpid()
    assert snapshot.host.trainer is not None
    monitor.close()
    assert nvml.shut == 1
