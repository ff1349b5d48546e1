"""Small real runs in processes of their own, to be disturbed, and what they must come to."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.engine.run_again import assert_identical, carry_out, classifier, events
from tui.model.plan import FreezePlan, Rule
from tui.runs.control import ControlError, Stop, send
from tui.runs.events import Event, Finished, RunStarted, Step
from tui.runs.folder import RunFolder
from tui.runs.log import EventReader
from tui.runs.trainer import is_alive

PLAN = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "7"), Rule("thaw", "block", "5")))


def long_run(home: Path, **hyper: object) -> RunFolder:
    """A classifier with dropout, in steps of milliseconds, that goes on until it is stopped."""
    settings = {"validate_every": 50, "checkpoint_every": 50, **hyper}
    return classifier(home, PLAN, epochs=1_000_000, **settings)


def start(folder: RunFolder) -> subprocess.Popen[bytes]:
    """The trainer alone, without a supervisor."""
    with folder.log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tui.engine", "train", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def wait_for(holds: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something that other processes do; fails when it does not come."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)  # between two looks at another process's file


def steps_of(folder: RunFolder) -> int:
    """How many steps the log tells of."""
    return sum(isinstance(event, Step) for event in events(folder))


def started(folder: RunFolder) -> RunStarted | None:
    """The newest start of a run's trainer."""
    starts = [event for event in events(folder) if isinstance(event, RunStarted)]
    return starts[-1] if starts else None


def stop(folder: RunFolder) -> Finished:
    """Stop a run, and wait for its last event."""

    def heard() -> bool:
        try:
            return send(folder.socket, Stop()).accepted
        except ControlError:
            return False

    wait_for(heard)
    wait_for(lambda: isinstance(events(folder)[-1], Finished))
    one = started(folder)
    assert one is not None
    wait_for(lambda: not is_alive(folder, one))
    finished = events(folder)[-1]
    assert isinstance(finished, Finished), finished
    return finished


def kill_trainer(folder: RunFolder) -> None:
    """Kill the trainer of a run and wait until it is gone."""
    one = started(folder)
    if one is not None and is_alive(folder, one):
        process = psutil.Process(one.pid)
        process.send_signal(signal.SIGKILL)
        wait_for(lambda: not is_alive(folder, one))


def assert_unbroken(folder: RunFolder) -> list[Event]:
    """Every record of the log is whole, and numbered in its place; returns the events."""
    reader = EventReader(folder.events_file)
    told = []
    while envelopes := reader.read():
        told += envelopes
    assert reader.skipped == 0
    assert [one.seq for one in told] == list(range(len(told)))
    return [one.event for one in told]


def assert_as_undisturbed(folder: RunFolder, home: Path, steps: int, **hyper: object) -> None:
    """A run that was stopped after so many steps has the weights of one that nothing disturbed,
    bit for bit."""
    calm = long_run(home, **hyper)
    carry_out(calm, stop_at=steps)
    assert_identical(folder, calm)
