"""How many processes the kernel has killed for want of memory, as far as one may know."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def oom_kills(proc: Path = PROC, cgroups: Path = CGROUPS) -> int | None:
    """The kernel's count: of our control group where it keeps one, else of the machine; None
    where neither is told, as on macOS. Only a difference between two calls says anything."""
    own = _own_group(proc)
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


def _own_group(proc: Path) -> str:
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers or "memory" in controllers.split(","):
            return path.lstrip("/")
    return ""


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
