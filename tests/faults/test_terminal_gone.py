"""A terminal that goes away without a signal: the screen goes with it, the run does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.terminals import attached
from tests.faults.trainings import (
    assert_unbroken,
    kill_trainer,
    long_run,
    start,
    steps_of,
    stop,
    wait_for,
)
from tui.app.hang_up import HUNG_UP


@pytest.mark.slow
def test_a_screen_whose_terminal_is_gone_ends_and_the_run_goes_on(tmp_path: Path) -> None:
    """The terminal does not control the screen's process, so no signal reaches it."""
    folder = long_run(tmp_path)
    trainer = start(folder)
    screen = attached(str(folder.path))
    try:
        screen.until("training")
        os.close(screen.master)
        screen.master = -1
        assert screen.process.wait(timeout=60) == HUNG_UP
        before = steps_of(folder)
        wait_for(lambda: steps_of(folder) > before)
        stop(folder)
        assert_unbroken(folder)
    finally:
        screen.close()
        kill_trainer(folder)
        trainer.wait()
