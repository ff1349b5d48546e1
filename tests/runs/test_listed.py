from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.app.fake_trainer import finished, make_folder, proof, sample_events, started, write_log
from tests.runs.test_log import long_proof, write
from tui.runs import log_ends
from tui.runs.events import (
    Continued,
    Died,
    Event,
    Failed,
    Memory,
    Paused,
    Phase,
    Prepared,
    Resumed,
    Step,
)
from tui.runs.folder import RunFolder, is_run
from tui.runs.listed import begun_at, list_run, run_folders

ME = psutil.Process()
ALIVE = started(ME.pid, ME.create_time())
NIGHT: list[Event] = [Memory(1 << 30)] * 3000
"""More than the end of a log that is read at once."""


def run(path: Path, *events: Event) -> RunFolder:
    folder = make_folder(path)
    write_log(folder, list(events))
    return folder


def steps(count: int, first: Event) -> list[Event]:
    return list(sample_events(count, 400, 100, first))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "new"),
        ([ALIVE], "running"),
        ([ALIVE, Phase("importing MXNet")], "running"),
        (steps(30, ALIVE), "running"),
        (steps(30, started()), "lost"),
        ([*steps(30, ALIVE), Paused(30)], "paused"),
        ([*steps(30, ALIVE), Paused(30), *NIGHT], "paused"),
        ([*steps(30, started()), Paused(30), *NIGHT], "lost"),
        ([*steps(30, ALIVE), Paused(30), Continued(30)], "running"),
        ([*steps(30, ALIVE), finished(30)], "done"),
        # The memory's thread may have a last word.
        ([*steps(30, ALIVE), finished(30, stopped=True), Memory(1)], "stopped"),
        ([*steps(30, ALIVE), Failed("out of memory")], "failed"),
        ([*steps(30, started()), Died("killed", 9, None)], "failed"),
        ([*steps(30, started()), Died("killed", 9, None), ALIVE], "running"),
        ([*steps(30, started()), finished(30, stopped=True), ALIVE, *NIGHT], "running"),
        ([*steps(30, started()), Paused(30), ALIVE], "running"),
        ([*steps(30, started()), finished(30, stopped=True), started()], "lost"),
    ],
)
def test_states(tmp_path: Path, events: list[Event], state: str) -> None:
    assert list_run(run(tmp_path / "run", *events)).state == state


def test_the_newest_trainer_is_looked_for_in_the_middle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Resumed, and a long time ago: neither end of the log tells of the process that goes on.
    folder = make_folder(tmp_path / "run")
    write(folder.events_file, *steps(100, started()), ALIVE, *steps(400, ALIVE)[4:])
    with folder.events_file.open("rb") as file:
        assert file.read(log_ends.HEAD).count(b"RunStarted") == 1
    assert not any(one.event == ALIVE for one in log_ends.last_events(folder.events_file))
    assert list_run(folder).state == "running"
    # Nothing that ran before the machine was started anew still runs, whoever has its number.
    monkeypatch.setattr(psutil, "boot_time", lambda: time.time() + 1)
    assert list_run(folder).state == "lost"


def test_another_process_with_the_same_pid_is_not_the_trainer(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(3, started(ME.pid, ME.create_time() - 100)))
    assert list_run(folder).state == "lost"


def test_a_trainer_that_ends_is_lost(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        process = psutil.Process(child.pid)
        folder = run(tmp_path / "run", *steps(3, started(child.pid, process.create_time())))
        assert list_run(folder).state == "running"
        child.kill()
        child.wait()
        assert list_run(folder).state == "lost"
    finally:
        child.kill()
        child.wait()


def test_the_row(tmp_path: Path) -> None:
    row = list_run(run(tmp_path / "run", *steps(250, ALIVE)))
    assert (row.name, row.path) == ("run", str(tmp_path / "run"))
    assert (row.model, row.recipe, row.data) == (ALIVE.model, "ssd", "/data/fruitnuts")
    assert (row.step, row.total_steps, row.epoch, row.epochs) == (250, 400, 3, 4)
    assert row.metric == "VOC07 mAP"
    assert row.value is not None
    assert row.best == row.value
    assert row.begun == 1_000_000
    assert row.last > row.begun
    assert row.problem == row.message == ""


def test_the_best_is_not_the_last(tmp_path: Path) -> None:
    row = list_run(run(tmp_path / "run", *steps(200, ALIVE), finished(200)))
    assert row.best is not None
    assert row.value is not None
    assert row.best >= row.value
    assert row.step == 200


def test_a_metric_of_long_ago_is_the_checkpoints(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(40, ALIVE), *NIGHT)
    assert list_run(folder).value is None
    kept = folder.checkpoints / "00000030"
    kept.mkdir(parents=True)
    facts = '{"position": {}, "outcome": {"value": 0.25, "best": 0.5, "peak": 0.75}}'
    (kept / "checkpoint.json").write_text(facts)
    (folder.checkpoints / "00000020").mkdir()
    (folder.checkpoints / "00000040.damaged").mkdir()
    row = list_run(folder)
    assert (row.value, row.best) == (0.25, 0.75)
    (kept / "checkpoint.json").write_text("torn {")
    assert list_run(folder).best is None


def test_steps_that_did_not_last_do_not_count(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(120, started()), ALIVE, Resumed(100, 2, 9.0))
    assert (list_run(folder).step, list_run(folder).epoch) == (100, 2)


def test_a_proof_of_megabytes_before_the_end(tmp_path: Path) -> None:
    row = list_run(run(tmp_path / "run", *steps(120, ALIVE), long_proof(), finished(120)))
    assert (row.state, row.step, row.epoch) == ("done", 120, 2)


def test_what_failed_is_told(tmp_path: Path) -> None:
    row = list_run(run(tmp_path / "run", *steps(3, ALIVE), Failed("out of memory")))
    assert row.message == "out of memory"


@pytest.mark.parametrize(
    ("spoil", "state", "says"),
    [
        (lambda f: f.spec_file.write_text("= nothing"), "broken", "run.toml: not a TOML file"),
        (lambda f: f.spec_file.unlink() or f.events_file.touch(), "broken", "run.toml: No such"),
        (lambda f: f.events_file.write_bytes(b"\0" * 90_000), "broken", "holds no event"),
        (lambda f: f.events_file.mkdir(), "broken", "events.jsonl: is a directory"),
        (lambda f: write_log(f, [Phase("x")]), "lost", ""),
        (lambda f: write_log(f, [Prepared(*[1] * 9, "m"), Step(*[1] * 3, {}, 1, 1)]), "lost", ""),
    ],
)
def test_a_broken_folder_says_so(tmp_path: Path, spoil: object, state: str, says: str) -> None:
    folder = make_folder(tmp_path / "run")
    spoil(folder)  # type: ignore[operator]
    row = list_run(folder)
    assert row.state == state
    assert says in row.problem
    assert str(tmp_path) not in row.problem


def test_a_run_with_a_broken_spec_still_tells_of_itself(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(3, ALIVE), proof(), finished(3))
    folder.spec_file.write_text("= nothing")
    row = list_run(folder)
    assert (row.state, row.step) == ("done", 3)
    assert row.problem.startswith("run.toml: not a TOML file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_looked_into(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", ALIVE)
    folder.path.chmod(0)
    try:
        (found,) = run_folders(tmp_path)
        row = list_run(found)
        assert (row.state, row.name) == ("broken", "run")
        assert "permission denied" in row.problem.lower()
    finally:
        folder.path.chmod(0o700)


def test_the_folders_of_a_home(tmp_path: Path) -> None:
    for name, begun in (("b", 200.0), ("a", 300.0), ("c", 100.0)):
        os.utime(make_folder(tmp_path / name).spec_file, (begun, begun))
    (tmp_path / "notes").mkdir()
    (tmp_path / "run.toml").touch()
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    assert [folder.path.name for folder in run_folders(tmp_path)] == ["a", "b", "c"]
    assert begun_at(RunFolder(tmp_path / "a")) == 300.0
    # Its first event takes the place of what the file says.
    write_log(RunFolder(tmp_path / "c"), [ALIVE])
    assert run_folders(tmp_path)[0].path.name == "c"
    assert run_folders(tmp_path / "none") == []
    assert not is_run(RunFolder(tmp_path / "nul\0"))


def test_a_long_log_is_listed_in_milliseconds(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(400, ALIVE), finished())
    begin = time.perf_counter()
    list_run(folder)
    short = time.perf_counter() - begin
    line = b'{"seq":1,"time":2.0,"event":{"type":"Memory","resident":1}}\n'
    whole = folder.events_file.read_bytes()
    cut = whole.find(b"\n") + 1
    with folder.events_file.open("wb") as file:
        file.write(whole[:cut])
        for _ in range(1000):
            file.write(line * 1000)
        file.write(whole[cut:])
    begin = time.perf_counter()
    row = list_run(folder)
    assert row.state == "done"
    assert time.perf_counter() - begin < 5 * short + 0.05
