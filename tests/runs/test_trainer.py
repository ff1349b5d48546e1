from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from tests.runs.examples import SPEC
from tests.runs.holding import hold
from tui.model.plan import FreezePlan
from tui.runs import trainer
from tui.runs.events import RunStarted
from tui.runs.folder import RunFolder, create_run
from tui.runs.trainer import is_alive, last_lines, start_trainer

SAYS_HOW_IT_WAS_STARTED = """
import os, sys
print(*sys.argv[1:])
print(os.getsid(0) == os.getpid(), repr(sys.stdin.read()), flush=True)
print("problem", file=sys.stderr)
"""


def started(pid: int, create_time: float) -> RunStarted:
    return RunStarted(pid, create_time, "model", "ssd", "data")


def ourselves() -> RunStarted:
    return started(os.getpid(), psutil.Process().create_time())


def test_a_process_that_runs_is_alive(tmp_path: Path) -> None:
    assert is_alive(RunFolder(tmp_path), ourselves())


def test_another_process_with_the_same_pid_is_another(tmp_path: Path) -> None:
    assert not is_alive(RunFolder(tmp_path), msgspec.structs.replace(ourselves(), create_time=1.0))


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1, 2**40, 2**70])
def test_a_pid_that_is_nobodys(tmp_path: Path, pid: int) -> None:
    assert not is_alive(RunFolder(tmp_path), started(pid, 1.0))


def test_a_process_that_ended_is_not_alive_even_before_it_was_waited_for(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    event = started(child.pid, psutil.Process(child.pid).create_time())
    assert is_alive(run, event)
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(run, event)
    child.wait()
    assert not is_alive(run, event)


def test_whoever_holds_the_lock_is_alive_whatever_the_clock_says(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    clock_was_set = msgspec.structs.replace(ourselves(), create_time=1.0)
    holder = hold(run.lock_file)
    try:
        assert is_alive(run, clock_was_set)
    finally:
        holder.kill()
        holder.wait()
    assert not is_alive(run, clock_was_set)
    # Somebody's process, by chance with the trainer's pid and time.
    assert not is_alive(run, ourselves())


def test_a_trainer_is_in_a_session_of_its_own_and_writes_to_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run(SPEC, FreezePlan(), tmp_path / "run")
    # In place of Python: something that says how it was started.
    program = tmp_path / "program"
    program.write_text(f"#!{sys.executable}\n{SAYS_HOW_IT_WAS_STARTED}")
    program.chmod(0o755)
    monkeypatch.setattr(trainer.sys, "executable", str(program))
    assert start_trainer(run).wait(30) == 0
    assert last_lines(run) == [f"-m tui.runs.supervisor {run.path}", "True ''", "problem"]


def test_last_lines(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    assert last_lines(run) == []
    run.log_file.write_bytes(b"".join(b"line %d\n" % number for number in range(10_000)))
    assert last_lines(run, 2) == ["line 9998", "line 9999"]
    run.log_file.write_bytes(b"not text \xff\n")
    assert last_lines(run) == ["not text \ufffd"]
