"""A process that holds a run's lock, as its trainer does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYTHON = sys.executable
"""Of this process; a test may put another in its place."""

HOLDS = """
import sys
from pathlib import Path
from tui.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Start it; the lock is taken when this returns. Whoever asked for it has to kill it."""
    holder = subprocess.Popen(
        [PYTHON, "-c", HOLDS, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    return holder
