"""The host's memory, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from tui.monitor.host import host_snapshot, resident


def test_our_own_memory_is_part_of_the_hosts() -> None:
    snapshot = host_snapshot(os.getpid())
    assert 0 < snapshot.own < snapshot.total
    assert 0 < snapshot.used <= snapshot.total
    assert snapshot.trainer is not None
    assert snapshot.trainer == pytest.approx(snapshot.own, rel=0.2)


def test_a_process_that_is_gone_has_no_memory() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert resident(process.pid) is None
    assert host_snapshot(process.pid).trainer is None


def test_a_host_that_hides_its_swap_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise FileNotFoundError("/proc/vmstat")

    monkeypatch.setattr(psutil, "swap_memory", refuse)
    snapshot = host_snapshot()
    assert (snapshot.swap_total, snapshot.swap_used) == (0, 0)
    assert snapshot.total > 0
