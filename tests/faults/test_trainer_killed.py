"""kill -9 of the trainer at random moments, and while it writes a checkpoint."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.faults.trainings import (
    assert_as_undisturbed,
    events,
    kill_trainer,
    long_run,
    start,
    started,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.checkpoint import newest_checkpoint
from tui.runs.events import Checkpointed, Resumed, Step
from tui.runs.folder import RunFolder

KILLS = 20
CHANCE = random.Random(5)
HYPER = {"checkpoint_every": 1, "validate_every": 1_000_000}


def writes_checkpoint(folder: RunFolder) -> bool:
    return any(folder.checkpoints.glob(".*"))


@pytest.mark.slow
def test_it_ends_as_an_undisturbed_run(tmp_path: Path) -> None:
    folder = long_run(tmp_path, **HYPER)
    within = 0
    for number in range(KILLS):
        before = steps_of(folder)
        trainer = start(folder)
        try:
            wait_for(lambda before=before: steps_of(folder) >= before + 4)
            if number % 2:
                while not writes_checkpoint(folder):
                    assert trainer.poll() is None
            else:
                time.sleep(CHANCE.uniform(0, 0.1))  # the moment is what is random
            trainer.kill()
            within += writes_checkpoint(folder)
        finally:
            trainer.kill()
            trainer.wait()
    assert within >= KILLS // 4, "checkpoints were caught half written"
    found = newest_checkpoint(folder, set())
    assert found.checkpoint is not None
    assert not found.problems, "no torn checkpoint stands in the place of a good one"
    last = start(folder)
    try:
        wait_for(lambda: isinstance(events(folder)[-1], Step))
        finished = stop(folder)
    finally:
        kill_trainer(folder)
        last.wait()
    told = events(folder)
    assert started(folder) is not None
    resumed = [event for event in told if isinstance(event, Resumed)]
    assert len(resumed) == KILLS
    assert all(one.step > 0 for one in resumed)
    kept = {event.step for event in told if isinstance(event, Checkpointed)}
    assert len(kept) > KILLS
    assert_as_undisturbed(folder, tmp_path, finished.steps, **HYPER)
