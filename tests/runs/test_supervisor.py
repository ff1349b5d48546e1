"""The supervisor as a real process, with a trainer that is a few lines of Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.examples import SPEC
from tests.runs.holding import hold
from tui.model.plan import FreezePlan
from tui.runs import supervisor
from tui.runs.events import Died, Event, Failed, RunStarted
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventReader
from tui.runs.supervisor import OUT_OF_MEMORY, cause

PYTHON = sys.executable
"""Of this process; the fixture puts another in its place."""

TRAINER = """
import os, signal, sys, time
import psutil
from pathlib import Path
from tui.runs.events import Failed, Finished, RunStarted
from tui.runs.folder import RunFolder
from tui.runs.log import EventWriter
how = os.environ["HOW"]
if how == "cannot begin":
    sys.exit(2)
writer = EventWriter(RunFolder(Path(sys.argv[-1])).events_file)
me = psutil.Process()
writer.write(RunStarted(me.pid, me.create_time(), "m", "ssd", "d"))
if how.isdecimal():
    os.kill(me.pid, int(how))
elif how == "exit":
    sys.exit(7)
elif how == "is followed":
    writer.write(RunStarted(1, me.create_time(), "m", "ssd", "d"))
    os.kill(me.pid, 9)
elif how == "fails":
    writer.write(Failed("no memory"))
    sys.exit(1)
elif how == "waits":
    signal.signal(signal.SIGINT, lambda *_: None)
    time.sleep(60)
"""


def events(folder: RunFolder) -> list[Event]:
    return [one.event for one in EventReader(folder.events_file).read()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """A run whose trainer is `TRAINER`, when the supervisor starts it."""
    script = tmp_path / "trainer.py"
    script.write_text(TRAINER)
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {script} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(supervisor.sys, "executable", str(program))
    return create_run(SPEC, FreezePlan(), tmp_path / "run")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_a_trainer_that_is_killed(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    monkeypatch.setenv("HOW", str(int(number)))
    assert supervisor.main([str(folder.path)]) == 128 + number
    died = events(folder)[-1]
    assert isinstance(died, Died)
    assert (died.signal, died.exit_code) == (number, None)
    assert died.message == cause(-number)
    assert number.name in died.message


def test_a_trainer_that_the_kernel_kills_for_want_of_memory(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([3, 4])
    monkeypatch.setattr("tui.runs.oom_kills.oom_kills", lambda: next(counts))
    monkeypatch.setenv("HOW", str(int(signal.SIGKILL)))
    supervisor.main([str(folder.path)])
    died = events(folder)[-1]
    assert isinstance(died, Died)
    assert died.message == OUT_OF_MEMORY


def test_a_trainer_that_ends_without_a_word(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOW", "exit")
    assert supervisor.main([str(folder.path)]) == 7
    assert events(folder)[-1] == Died(
        "the trainer ended with exit code 7, without a last word", exit_code=7
    )


def test_a_trainer_that_has_said_it_itself(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOW", "fails")
    assert supervisor.main([str(folder.path)]) == 1
    assert events(folder)[-1] == Failed("no memory")


def test_a_trainer_that_may_not_begin_says_nothing_in_the_log(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOW", "cannot begin")
    assert supervisor.main([str(folder.path)]) == 2
    assert events(folder) == []


def test_of_a_run_that_somebody_has_started_again_it_tells_no_end(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOW", "is followed")
    assert supervisor.main([str(folder.path)]) == 128 + signal.SIGKILL
    assert isinstance(events(folder)[-1], RunStarted)


def test_while_another_trainer_holds_the_run_it_tells_no_end(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = hold(folder.lock_file)
    try:
        monkeypatch.setenv("HOW", "9")
        assert supervisor.main([str(folder.path)]) == 128 + signal.SIGKILL
        assert isinstance(events(folder)[-1], RunStarted)
    finally:
        holder.kill()
        holder.wait()


def test_a_second_interrupt_ends_it_at_once(tmp_path: Path, folder: RunFolder) -> None:
    program = (
        "import sys, tui.runs.supervisor as s\nsys.executable = sys.argv[1]\ns.main(sys.argv[2:])"
    )
    process = subprocess.Popen(
        [PYTHON, "-c", program, str(tmp_path / "python"), str(folder.path)],
        env={**os.environ, "HOW": "waits"},
    )
    try:
        while not events(folder):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGHUP)  # a terminal that goes away ends nothing
        while not isinstance(events(folder)[-1], Died):
            process.send_signal(signal.SIGINT)
            assert process.poll() is None or isinstance(events(folder)[-1], Died)
    finally:
        process.kill()
        process.wait()
    died = events(folder)[-1]
    assert isinstance(died, Died)
    assert died.signal == signal.SIGKILL


def test_causes() -> None:
    assert cause(-64) == "the trainer ended by signal 64 (SIGRTMAX)"
    assert cause(3) == "the trainer ended with exit code 3, without a last word"
    assert "a crash in native code" in cause(-11)
    assert cause(-9, killed_for_memory=True) == OUT_OF_MEMORY
