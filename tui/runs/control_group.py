"""The control group (Linux) of this process: what a container or a scheduler keeps it in."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


def own_group(controller: str, proc: Path = PROC) -> str:
    """Its path below the controller's root, version 1 or 2; empty where it is the root, or where
    there are none, as on macOS."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return ""
    found = ""
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return path.lstrip("/")
        if not controllers:
            found = path.lstrip("/")
    return found
