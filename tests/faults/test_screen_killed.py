"""kill -9 of the screen, again and again, in one run."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.terminals import attached
from tests.faults.trainings import (
    assert_as_undisturbed,
    assert_unbroken,
    long_run,
    started,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.events import Commanded, Step

KILLS = 20


@pytest.mark.slow
def test_the_run_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    folder = long_run(tmp_path)
    for number in range(KILLS):
        screen = attached(str(folder.path))
        try:
            if number == 0:
                screen.until("waiting for the trainer")
                screen.type("r")  # the trainer is this screen's own child
            screen.until("training" if number else "starting the trainer")
            if number == 0:
                wait_for(lambda: steps_of(folder) > 0)
            screen.process.send_signal(signal.SIGKILL)
            screen.process.wait()
        finally:
            screen.close()
    first = started(folder)
    finished = stop(folder)
    told = assert_unbroken(folder)
    assert [event.step for event in told if isinstance(event, Step)] == list(
        range(1, finished.steps + 1)
    )
    assert [event for event in told if isinstance(event, Commanded)] == [Commanded("stop")]
    assert started(folder) == first, "one trainer all along"
    assert_as_undisturbed(folder, tmp_path, finished.steps)
