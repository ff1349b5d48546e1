"""`thaw runs`, `thaw runs prune` and RUN arguments, as a person or a script calls them."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, make_folder
from tests.runs.test_listed import ALIVE, run, steps
from tests.test_cli import refused, thaw
from tui.commands.runs_table import run_lines
from tui.runs.events import Failed
from tui.runs.folder import runs_home
from tui.runs.listed import ListedRun

HOSTILE = "x\x1b]0;pwned\x07\x1b[31m[bold]\x9b2J\u202e"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's runs: one that goes on, one that is done, one that failed."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    home = runs_home()
    for number, (name, events) in enumerate(
        [
            ("20250301-080000-demo", [*steps(200, ALIVE)]),
            ("20250201-080000-demo", [*steps(400, ALIVE), finished()]),
            ("20250101-080000-demo", [*steps(20, ALIVE), Failed("out of \x1b[31m memory")]),
        ]
    ):
        folder = run(home / name, *events)
        os.utime(folder.spec_file, (2e9 - number, 2e9 - number))
        # Logs of one time: told apart by when they begin.
        text = folder.events_file.read_text()
        folder.events_file.write_text(text.replace('"time":1000000.0', f'"time":{9e5 - number}', 1))
    return home


def on_terminal(*arguments: str, answer: str = "", width: int = 80) -> tuple[int, str]:
    """What a command writes to a terminal of a width, and its exit code."""
    master, slave = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm", "LANG": "C.UTF-8"}
    child = subprocess.Popen(
        [sys.executable, "-m", "tui", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        start_new_session=True,
    )
    os.close(slave)
    if answer:
        os.write(master, answer.encode())
    said = b""
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while chunk := os.read(master, 4096):
            said += chunk
    os.close(master)
    return child.wait(timeout=60), said.decode()


def test_plain_lines_for_a_pipe(home: Path) -> None:
    done = thaw("runs")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    headings = ["run", "state", "model", "data", "step", "epoch", "metric", "best", "age"]
    assert lines[0].split() == headings
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["20250301-080000-demo", "running"],
        ["20250201-080000-demo", "done"],
        ["20250101-080000-demo", "failed"],
    ]
    assert lines[1].split()[2:6] == ["ssd_512_mobilenet1.0_voc", "fruitnuts", "200/400", "2/4"]
    assert lines[4] == r"  out of \x1b[31m memory"
    assert "\x1b" not in done.stdout


def test_a_terminal_of_80_columns(home: Path) -> None:
    code, said = on_terminal("runs")
    assert code == 0
    assert "\x1b[32mrunning" in said
    for styled in said.replace("\r", "").splitlines():
        line = "".join(part.partition("m")[2] for part in f"\x1bm{styled}".split("\x1b")[1:])
        assert len(line) <= 80, line
    assert "20250301-080000 " in said


def test_json(home: Path) -> None:
    told = json.loads(thaw("runs", "--json").stdout)
    assert [one["state"] for one in told] == ["running", "done", "failed"]
    assert told[0]["path"] == str(home / "20250301-080000-demo")
    assert (told[0]["step"], told[0]["total_steps"]) == (200, 400)
    assert told[2]["message"] == "out of \x1b[31m memory"


def test_only_some(home: Path) -> None:
    assert json.loads(thaw("runs", "--json", "--state", "failed").stdout)[0]["state"] == "failed"
    done = thaw("runs", "-n", "1")
    assert len(done.stdout.splitlines()) == 2
    assert "2 older ones; --all shows them" in done.stderr
    assert len(thaw("runs", "--all").stdout.splitlines()) == 5


def test_no_runs(home: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    done = thaw("runs", "--home", str(empty))
    assert (done.returncode, done.stdout) == (0, "")
    assert "there is no run in" in done.stderr
    assert thaw("runs", "--home", str(empty), "--json").stdout == "[]\n"


def test_a_broken_folder_is_told_in_its_row(home: Path) -> None:
    broken = make_folder(home / HOSTILE)
    broken.spec_file.write_bytes(b"\xff\x00")
    done = thaw("runs")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = [line for line in done.stdout.splitlines() if "broken" in line]
    assert row.startswith(r"x\x1b]0;pwned\x07\x1b[31m[bold]\x9b2J\u202e")
    assert "run.toml: not a TOML file" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="such names are refused elsewhere")
def test_a_name_that_is_no_text(home: Path) -> None:
    os.rename(home / "20250101-080000-demo", os.fsencode(home) + b"/bad\xff")
    done = thaw("runs")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"bad\\xff" in done.stdout
    assert [one["name"] for one in json.loads(thaw("runs", "--json").stdout)][-1] == r"bad\xff"


def test_long_names_are_cut_to_the_width() -> None:
    row = ListedRun("n" * 60, "/n", "done", "m" * 50, "ssd", "d" * 30, 10**6, 10**6, 100, 100)
    rows = [row, ListedRun("broken", "/b", "broken", problem="p" * 300)]
    for ascii_only in (False, True):
        lines = [line.plain for line in run_lines(rows, time.time(), 80, ascii_only=ascii_only)]
        assert max(map(len, lines)) <= 80
        assert all(line.isascii() for line in lines) is ascii_only


def test_prune_only_says(home: Path) -> None:
    done = thaw("runs", "prune", "--older", "30d", "--dry-run")
    assert done.returncode == 0
    assert "would be deleted: 2 runs, " in done.stdout
    assert "20250301" not in done.stdout
    assert len(list(home.iterdir())) == 3


def test_prune_asks(home: Path) -> None:
    refused(["runs", "prune", "--keep", "5", "--state", "running"], "is not deleted; stop it")
    code, said = on_terminal("runs", "prune", "--keep", "1", answer="n\n")
    assert code == 130
    assert "delete 1 run, " in said
    assert len(list(home.iterdir())) == 3
    code, said = on_terminal("runs", "prune", "--keep", "1", answer="y\n")
    assert code == 0
    assert "freed " in said
    assert not (home / "20250101-080000-demo").exists()


def test_prune_leaves_what_is_a_persons_own(home: Path) -> None:
    notes = home / "20250101-080000-demo" / "notes \x1b[31m.md"
    notes.write_text("mine")
    done = thaw("runs", "prune", "--state", "failed", "--yes")
    assert done.returncode == 0
    assert r"stays, with what thaw did not write: notes \x1b[31m.md" in done.stderr
    assert notes.exists()
    assert [one["state"] for one in json.loads(thaw("runs", "--json").stdout)] == [
        "running",
        "done",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["runs", "prune"], "say which, by --older AGE, --keep N or --state STATE"),
        (["runs", "prune", "--older", "soon"], "write a number with w, d, h or m"),
        (["runs", "prune", "--keep", "0"], "nobody is here to be asked"),
        (["runs", "--home", "/no/such"], "there is no such folder"),
        (["runs", "--home", "pyproject.toml"], "not a directory"),
        (["runs", "--json", "prune", "--keep", "1"], "these options stand after prune"),
        (["runs", "--state", "sleeping"], "'sleeping' is not one of"),
        (["attach", "2025"], "3 runs begin so: 20250301-080000-demo, "),
        (["attach", "2026"], "no run is named so; thaw runs lists them"),
        (["attach", "20250201"], "no terminal here"),
        (["attach"], "no terminal here"),
        (["train", "20250201"], "this run is complete, 400 steps"),
        (["train", "20250301"], "this run is going on"),
        (["train", "2025"], "3 runs begin so"),
        (["verify", "20250201"], "no proof.json"),
        (["verify", "pyproject.toml"], "a file; give a run, or two .params files and --plan"),
    ],
)
def test_words_for_runs(home: Path, arguments: list[str], says: str) -> None:
    refused(arguments, says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["runs", "--screen"], "no terminal here to show it in"),
        (["runs", "--screen", "--json"], "--screen shows all runs"),
        (["runs", "--screen", "prune"], "stand after prune"),
    ],
)
def test_a_screen_needs_a_terminal(arguments: list[str], says: str) -> None:
    refused(arguments, says)


def test_json_tells_plan_and_loss(home: Path) -> None:
    told = json.loads(thaw("runs", "--json").stdout)
    assert [one["plan"] for one in told] == ["trunk frozen"] * 3
    assert [one["trainable"] for one in told] == [24] * 3
    assert told[1]["loss"] == pytest.approx(2.17, abs=0.01)
