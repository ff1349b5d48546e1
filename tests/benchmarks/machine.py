"""On what a benchmark ran."""

from __future__ import annotations

import platform
import re
from pathlib import Path


def machine() -> str:
    """The processor, and how many cores of it there are."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cores = len(re.findall(r"^processor", Path("/proc/cpuinfo").read_text(), re.M))
    return f"{found.group(1) if found else platform.processor()}, {cores} cores"
