"""How many processes the kernel has killed for want of memory, as far as one may know."""

from __future__ import annotations

from pathlib import Path

from tui.runs.control_group import CGROUPS, PROC, own_group


def oom_kills(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """The kernel's count: of our control group where it keeps one, else of the machine; None
    where neither is told, as on macOS. Only a difference between two calls says anything."""
    own = own_group("memory", proc)
    for file in (
        cgroups / own / "memory.events",  # version 2
        cgroups / "memory.events",
        cgroups / "memory" / own / "memory.oom_control",  # version 1
        cgroups / "memory" / "memory.oom_control",
        proc / "vmstat",
    ):
        count = _count(file)
        if count is not None:
            return count
    return None


def _count(file: Path) -> int | None:
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(" ")
        if name == "oom_kill" and value.strip().isdecimal():
            return int(value)
    return None
