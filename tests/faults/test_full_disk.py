"""A disk that is full, for a while or to the end. A small tmpfs, where one may be mounted."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.run_again import assert_identical, carry_out
from tests.faults.trainings import (
    assert_unbroken,
    events,
    kill_trainer,
    long_run,
    start,
    steps_of,
    stop,
    wait_for,
)
from tui.runs.checkpoint import newest_checkpoint
from tui.runs.events import Checkpointed, Failed, Notice, Step
from tui.runs.exit_codes import ERROR
from tui.runs.folder import RunFolder
from tui.runs.trainer import with_disk

HYPER = {"checkpoint_every": 3, "validate_every": 1_000_000}


def may_mount() -> bool:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], check=False).returncode == 0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not may_mount(),
        reason="a small disk cannot be mounted here; tests/engine/test_saving.py has the torn "
        "files, by a limit on their size",
    ),
]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes: the log of a run on a busy machine fills one by itself."""
    path = tmp_path / "disk"
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path)], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass
    return filler


def on_disk(tmp_path: Path, disk: Path) -> RunFolder:
    """The run of `long_run`, moved to the disk."""
    made = long_run(tmp_path, **HYPER)
    return RunFolder(Path(shutil.move(made.path, disk / "run")))


def test_full_for_a_while(tmp_path: Path, disk: Path) -> None:
    folder = on_disk(tmp_path, disk)
    trainer = start(folder)
    try:
        wait_for(lambda: any(isinstance(event, Checkpointed) for event in events(folder)))
        filler = fill(disk)
        full_at = steps_of(folder)
        wait_for(lambda: fill(disk) and at_rest(folder))
        found = newest_checkpoint(folder, set())
        assert found.checkpoint is not None
        assert not found.problems
        assert trainer.poll() is None, "it goes on all the same"
        filler.unlink()
        wait_for(lambda: any(n.startswith("the log could not") for n in notices(folder)))
        wait_for(lambda: checkpoints(folder) and checkpoints(folder)[-1] > full_at + 20)
        finished = stop(folder)
    finally:
        kill_trainer(folder)
        trainer.wait()
    told = assert_unbroken(folder)
    steps = [event.step for event in told if isinstance(event, Step)]
    assert steps == list(range(1, finished.steps + 1)), "what could not be written came later"
    calm = long_run(tmp_path, **HYPER)
    carry_out(calm, stop_at=finished.steps)
    assert_identical(folder, calm)


def test_full_to_the_end(tmp_path: Path, disk: Path) -> None:
    folder = on_disk(tmp_path, disk)
    trainer = start(folder)
    try:
        wait_for(lambda: checkpoints(folder))
        fill(disk)
        trainer.terminate()
        assert trainer.wait(60) == ERROR
        found = newest_checkpoint(folder, set())
        assert found.checkpoint is not None
        assert not found.problems
        assert "no room left on the disk" in with_disk("gone", folder)
        (disk / "filler").unlink()
    finally:
        trainer.kill()
        trainer.wait()
    # And with room again it goes on.
    again = start(folder)
    try:
        wait_for(lambda: isinstance(events(folder)[-1], Step))
        stop(folder)
    finally:
        kill_trainer(folder)
        again.wait()


def test_a_full_disk_is_one_clear_message(tmp_path: Path, disk: Path) -> None:
    folder = on_disk(tmp_path, disk)
    net = tmp_path / "net.py"
    net.write_text(net.read_text().replace("Dense(8,", "Dense(4000,").replace("=8)", "=4000)"))
    trainer = start(folder)
    try:
        wait_for(lambda: checkpoints(folder))
        # Room for events, and not for weights.
        filler = fill(disk)
        with filler.open("r+b") as file:
            file.truncate(filler.stat().st_size - (1 << 16))
        trainer.terminate()
        assert trainer.wait(60) == ERROR
    finally:
        trainer.kill()
        trainer.wait()
    failed = events(folder)[-1]
    assert isinstance(failed, Failed)
    assert failed.message.endswith(
        "no space left on device; mend that and start the run again: it goes on from its last "
        "checkpoint"
    )


def at_rest(folder: RunFolder) -> bool:
    """Whether nothing comes into the log any more."""
    size = folder.events_file.stat().st_size
    time.sleep(0.3)  # it is that nothing happens which is waited for
    return folder.events_file.stat().st_size == size


def notices(folder: RunFolder) -> list[str]:
    return [event.message for event in events(folder) if isinstance(event, Notice)]


def checkpoints(folder: RunFolder) -> list[int]:
    return [event.step for event in events(folder) if isinstance(event, Checkpointed)]
