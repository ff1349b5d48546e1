from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui.runs.lock import RunLock

HOLDS = """
import sys
from pathlib import Path
from tui.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.read()
"""


def test_another_process_does_not_get_it_and_a_dead_one_holds_none(tmp_path: Path) -> None:
    path = tmp_path / "trainer.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert not RunLock(path).take()
    finally:
        holder.kill()
        holder.wait()
    assert RunLock(path).take()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RunLock(tmp_path / "nowhere" / "trainer.lock").take()
