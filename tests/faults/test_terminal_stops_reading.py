"""A terminal that stops reading: its client is stopped, and nobody takes what the screen writes."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.terminals import attached
from tests.faults.trainings import (
    assert_as_undisturbed,
    assert_unbroken,
    kill_trainer,
    long_run,
    start,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.events import Step

STEPS = 300


@pytest.mark.slow
@pytest.mark.parametrize("how", ["the screen is stopped", "nobody reads"])
def test_the_run_does_not_wait(tmp_path: Path, how: str) -> None:
    folder = long_run(tmp_path)
    trainer = start(folder)
    screen = attached(str(folder.path))
    try:
        screen.until("training")
        if how == "the screen is stopped":
            screen.process.send_signal(signal.SIGSTOP)
        # From here on the terminal is not read: its buffer fills, and writing to it blocks.
        before = steps_of(folder)
        wait_for(lambda: steps_of(folder) >= before + STEPS)
        finished = stop(folder)
    finally:
        screen.close()
        kill_trainer(folder)
        trainer.wait()
    steps = [event.step for event in assert_unbroken(folder) if isinstance(event, Step)]
    assert steps == list(range(1, finished.steps + 1))
    assert_as_undisturbed(folder, tmp_path, finished.steps)
