from __future__ import annotations

from pathlib import Path

import pytest

from tui.runs.oom_kills import oom_kills

GROUPS = {
    "second": ("0::/user.slice/run\n", "user.slice/run/memory.events", "low 0\noom_kill 3\n"),
    "second, at the root of a container": ("0::/a/b\n", "memory.events", "oom 1\noom_kill 4\n"),
    "first": (
        "5:cpu:/x\n4:memory:/docker/7\n",
        "memory/docker/7/memory.oom_control",
        "under_oom 0\noom_kill 5\n",
    ),
}


@pytest.mark.parametrize("version", list(GROUPS))
def test_the_count_of_a_control_group(tmp_path: Path, version: str) -> None:
    group, file, text = GROUPS[version]
    proc, groups = tmp_path / "proc", tmp_path / "cgroup"
    (proc / "self").mkdir(parents=True)
    (proc / "self/cgroup").write_text(group)
    (groups / file).parent.mkdir(parents=True, exist_ok=True)
    (groups / file).write_text(text)
    assert oom_kills(proc, groups) == int(text.split()[-1])


def test_the_machine_s_own_where_groups_keep_none(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 1\noom_kill 12\n")
    assert oom_kills(tmp_path, tmp_path / "none") == 12


def test_a_system_that_tells_nothing(tmp_path: Path) -> None:
    assert oom_kills(tmp_path, tmp_path) is None
