"""All runs, looked at again: what changed is seen, and nothing else is read."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.app.fake_trainer import finished, make_folder, started, write_log
from tests.runs.test_listed import ALIVE, run, steps
from tui.runs import watch
from tui.runs.events import Paused
from tui.runs.folder import RunFolder
from tui.runs.watch import RunsWatch, Seen


def last(watching: RunsWatch) -> Seen:
    return list(watching.look())[-1]


def states(seen: Seen) -> dict[str, str]:
    return {one.name: one.state for one in seen.runs}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs that are read."""
    names: list[str] = []
    list_run = watch.list_run

    def spied(folder: RunFolder) -> object:
        names.append(folder.path.name)
        return list_run(folder)

    monkeypatch.setattr(watch, "list_run", spied)
    return names


def test_only_what_may_have_changed_is_read_again(tmp_path: Path, read: list[str]) -> None:
    run(tmp_path / "done", *steps(3, ALIVE), finished(3))
    live = run(tmp_path / "live", *steps(3, ALIVE))
    make_folder(tmp_path / "new")
    watching = RunsWatch([tmp_path])
    assert states(last(watching)) == {"done": "done", "live": "running", "new": "new"}
    read.clear()
    write_log(live, [Paused(3)])
    assert states(last(watching))["live"] == "paused"
    assert read == ["live"]
    write_log(RunFolder(tmp_path / "new"), [ALIVE])
    assert states(last(watching))["new"] == "running"


def test_runs_come_and_go(tmp_path: Path) -> None:
    watching = RunsWatch([tmp_path / "runs"])
    assert last(watching) == Seen((), 0)
    run(tmp_path / "runs" / "one")
    assert states(last(watching)) == {"one": "new"}
    shutil.rmtree(tmp_path / "runs" / "one")
    assert last(watching) == Seen((), 0)


def test_a_trainer_that_is_gone_without_a_word_is_noticed(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        first = started(child.pid, psutil.Process(child.pid).create_time())
        run(tmp_path / "one", *steps(3, first))
        watching = RunsWatch([tmp_path])
        assert states(last(watching)) == {"one": "running"}
    finally:
        child.kill()
        child.communicate()
    assert states(last(watching)) == {"one": "lost"}


def test_what_is_known_is_told_on_the_way_newest_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        folder = run(tmp_path / str(number), ALIVE)
        text = folder.events_file.read_text()
        folder.events_file.write_text(text.replace("1000000", f"100000{number}"))
    monkeypatch.setattr(watch, "SLICE", -1.0)
    told = list(RunsWatch([tmp_path]).look())
    assert [[run.name for run in one.runs] for one in told] == [
        *([], ["2"], ["2", "1"]),
        ["2", "1", "0"],
    ]
    assert {one.folders for one in told} == {3}


def test_a_run_by_itself_and_a_folder_that_cannot_be_read(tmp_path: Path) -> None:
    one = run(tmp_path / "one", ALIVE)
    (tmp_path / "file").write_text("")
    seen = last(RunsWatch([one.path, tmp_path / "file"]))
    assert states(seen) == {"one": "running"}
    assert seen.problem == f"{tmp_path / 'file'}: not a directory"
