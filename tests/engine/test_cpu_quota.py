"""The processor time that control groups grant, from files as the kernel has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.engine import cpu_quota as module
from tui.engine.cpu_quota import allowed, cpu_quota

GROUPS = {
    "version 2": ("0::/user.slice/job\n", {"user.slice/job/cpu.max": "250000 100000\n"}, 2.5),
    "the root of a container": ("0::/\n", {"cpu.max": "400000 100000\n"}, 4.0),
    "a limit around it is less": (
        "0::/a/b\n",
        {"a/b/cpu.max": "800000 100000\n", "a/cpu.max": "50000 100000\n"},
        0.5,
    ),
    "no limit": ("0::/a\n", {"a/cpu.max": "max 100000\n"}, None),
    "version 1": (
        "4:cpu,cpuacct:/docker/7\n0::/\n",
        {
            "cpu/docker/7/cpu.cfs_quota_us": "300000\n",
            "cpu/docker/7/cpu.cfs_period_us": "100000\n",
            "cpu/cpu.cfs_quota_us": "-1\n",
            "cpu/cpu.cfs_period_us": "100000\n",
        },
        3.0,
    ),
    "nothing is told": ("", {}, None),
    "nonsense": ("0::/a\n", {"a/cpu.max": "much 0\n", "cpu.max": "7"}, None),
}


@pytest.mark.parametrize("name", list(GROUPS))
def test_the_least_that_is_granted(tmp_path: Path, name: str) -> None:
    own, files, quota = GROUPS[name]
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self/cgroup").write_text(own)
    for file, text in files.items():
        (groups / file).parent.mkdir(parents=True, exist_ok=True)
        (groups / file).write_text(text)
    assert cpu_quota(proc, groups) == quota


def test_a_system_without_control_groups(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path, tmp_path / "none") is None


@pytest.mark.parametrize(
    ("quota", "processors"), [(None, 64), (2.5, 3), (4.0, 4), (0.3, 1), (100.0, 64)]
)
def test_as_many_as_it_keeps_busy(
    monkeypatch: pytest.MonkeyPatch, quota: float | None, processors: int
) -> None:
    monkeypatch.setattr(module, "cpu_quota", lambda: quota)
    assert allowed(64) == processors
