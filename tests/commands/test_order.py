"""`thaw stop`, `pause` and `resume`, of a run of the same folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.faults.trainings import kill_trainer, long_run, started, steps_of, wait_for
from tests.runs.examples import SPEC
from tui.cli import main
from tui.model.plan import FreezePlan
from tui.runs.events import Checkpointed, Continued, Finished, Paused, Resumed
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventReader
from tui.runs.trainer import is_alive


def thaw(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def kinds(folder: RunFolder) -> list[type]:
    return [type(one.event) for one in EventReader(folder.events_file).read(1 << 26)]


def ended(folder: RunFolder) -> bool:
    one = started(folder)
    return one is not None and not is_alive(folder, one)


@pytest.mark.slow
def test_paused_resumed_stopped_and_resumed_again(tmp_path: Path) -> None:
    folder = long_run(tmp_path)
    try:
        assert thaw("resume", folder.path).output == "started, in the background\n"
        wait_for(lambda: steps_of(folder) > 0)
        assert thaw("pause", folder.path).output == (
            "pausing after this batch; its memory stays taken\n"
        )
        wait_for(lambda: Paused in kinds(folder))
        done = steps_of(folder)
        assert thaw("pause", folder.path).output.endswith(": the run is paused already\n")
        assert steps_of(folder) == done
        assert thaw("resume", folder.path).output == "going on\n"
        wait_for(lambda: Continued in kinds(folder))
        assert thaw("stop", folder.path).output == "stopping after this batch\n"
        wait_for(lambda: Finished in kinds(folder))
        wait_for(lambda: ended(folder))
        assert kinds(folder).count(Checkpointed) >= 1
        assert thaw("stop", folder.path).exit_code == 2
        assert thaw("resume", folder.path).output == "started, in the background\n"
        wait_for(lambda: Resumed in kinds(folder))
    finally:
        kill_trainer(folder)


def test_a_run_that_does_not_go_on(tmp_path: Path) -> None:
    folder = create_run(SPEC, FreezePlan(), tmp_path / "run")
    for word in ("stop", "pause"):
        said = thaw(word, folder.path)
        assert said.exit_code == 2
        assert said.output == (
            f"thaw: {folder.path}: no trainer listens here; `thaw runs` lists runs\n"
        )


def test_no_run(tmp_path: Path) -> None:
    for word in ("stop", "pause", "resume"):
        said = thaw(word, tmp_path / "nothing")
        assert said.exit_code == 2
        assert said.output.count("\n") == 1
