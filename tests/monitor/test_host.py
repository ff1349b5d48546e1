"""The host's memory and cores, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from tui.monitor.host import HostMonitor, family, resident


def test_our_own_memory_is_part_of_the_hosts() -> None:
    snapshot = HostMonitor().snapshot(os.getpid())
    assert 0 < snapshot.own < snapshot.total
    assert 0 < snapshot.used <= snapshot.total
    assert snapshot.trainer is not None
    assert snapshot.trainer == pytest.approx(snapshot.own, rel=0.2)


def test_a_process_that_is_gone_has_no_memory() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert resident(process.pid) is None
    assert family(process.pid) == {process.pid}
    assert HostMonitor().snapshot(process.pid).trainer is None


def test_a_host_that_hides_its_swap_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise FileNotFoundError("/proc/vmstat")

    monkeypatch.setattr(psutil, "swap_memory", refuse)
    snapshot = HostMonitor().snapshot()
    assert (snapshot.swap_total, snapshot.swap_used) == (0, 0)
    assert snapshot.total > 0


def test_how_busy_each_core_was_is_since_the_snapshot_before() -> None:
    monitor = HostMonitor()
    assert monitor.snapshot().cores == ()
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass  # keeps one core at work
    cores = monitor.snapshot().cores
    assert len(cores) == psutil.cpu_count()
    assert all(0 <= busy <= 1 for busy in cores)
    assert max(cores) > 0


def test_a_host_that_hides_its_cores_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(percpu: bool) -> None:
        raise FileNotFoundError("/proc/stat")

    monitor = HostMonitor()
    monitor.snapshot()
    monkeypatch.setattr(psutil, "cpu_times", refuse)
    assert monitor.snapshot().cores == ()
