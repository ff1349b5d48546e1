"""How much processor time a container or a scheduler grants this process: less, often, than there
are processors (`docker --cpus 4`, a limit of Kubernetes, CPUQuota of systemd)."""

from __future__ import annotations

import math
from pathlib import Path

from tui.runs.control_group import CGROUPS, PROC, own_group


def cpu_quota(proc: Path = PROC, cgroups: Path = CGROUPS) -> float | None:
    """Seconds of processor time in a second, the least that a control group around this process
    grants; None where there is no such limit, or none is told."""
    own = own_group("cpu", proc)
    granted = []
    # A container sees its own group as the root, whatever its path is outside of it.
    for group in (Path(own), *Path(own).parents):
        granted += [_second(cgroups / group), _first(cgroups / "cpu" / group)]
    return min((one for one in granted if one is not None), default=None)


def allowed(processors: int) -> int:
    """As many of these processors as can be kept busy within the quota."""
    quota = cpu_quota()
    return processors if quota is None else max(1, min(processors, math.ceil(quota)))


def _second(group: Path) -> float | None:
    """Of version 2: `max 100000`, or microseconds in a period of microseconds."""
    words = _text(group / "cpu.max").split()
    return _share(*words) if len(words) == 2 else None


def _first(group: Path) -> float | None:
    """Of version 1: -1 is no limit."""
    return _share(_text(group / "cpu.cfs_quota_us"), _text(group / "cpu.cfs_period_us"))


def _share(quota: str, period: str) -> float | None:
    if not quota.strip().isdecimal() or not period.strip().isdecimal() or not int(period):
        return None
    return int(quota) / int(period)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
