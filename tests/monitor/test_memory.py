"""One snapshot of all memory."""

from __future__ import annotations

import os
import subprocess
import sys

from tui.monitor.gpu import Gpu, GpuSnapshot
from tui.monitor.memory import MemoryMonitor
from tui.monitor.nvml import GpuMonitor
from tui.monitor.past import HOST


class ScriptedGpus(GpuMonitor):
    """Gives one snapshot after the other; the last one again and again."""

    def __init__(self, *snapshots: GpuSnapshot) -> None:
        super().__init__()
        self.left = list(snapshots)
        self.closed = 0

    def snapshot(self) -> GpuSnapshot:
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]

    def close(self) -> None:
        self.closed += 1


def gpu(used: int, busy: int | None = 50) -> Gpu:
    return Gpu(0, "T4", 100, used, busy, None, None, ())


def test_a_snapshot_holds_gpus_host_and_trainer() -> None:
    gpus = ScriptedGpus(GpuSnapshot((gpu(7),)))
    monitor = MemoryMonitor(gpus)
    snapshot = monitor.snapshot(os.getpid())
    assert [one.used for one in snapshot.gpu.gpus] == [7]
    assert snapshot.trainer == os.getpid()
    assert snapshot.host.trainer is not None
    monitor.close()
    assert gpus.closed == 1


def test_what_the_trainer_has_started_is_ours_too() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        monitor = MemoryMonitor(ScriptedGpus(GpuSnapshot((gpu(7),))))
        assert {os.getpid(), child.pid} <= monitor.snapshot(os.getpid()).ours
        assert monitor.snapshot(None).ours == frozenset()
    finally:
        child.communicate(b"\n")
    assert monitor.snapshot(child.pid).ours == {child.pid}, "gone, and no error"


def test_it_remembers_each_gpu_and_the_host_gaps_included() -> None:
    one, two, none = GpuSnapshot((gpu(1),)), GpuSnapshot((gpu(2, None),)), GpuSnapshot((), "gone")
    monitor = MemoryMonitor(ScriptedGpus(one, two, none, one))
    for _ in range(4):
        past = monitor.snapshot(None).past
    assert past["0"].used == (1, 2, None, 1)
    assert past["0"].busy == (0.5, None, None, 0.5)
    assert len(past[HOST].used) == 4
    assert past[HOST].busy[0] is None, "how busy is known from the second on"
    assert past[HOST].busy[-1] is not None
