"""`thaw compare`, as a person or a script calls it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, proof
from tests.commands.test_runs import HOSTILE, on_terminal
from tests.runs.test_comparison import FREEZE_ALL, THAW_HEAD, run
from tests.runs.test_listed import ALIVE, steps
from tests.test_cli import refused, thaw
from tui.commands.curves import Curve, Means, drawn, means
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import Failed, Step, Validated
from tui.runs.folder import RunFolder


@pytest.fixture
def two(tmp_path: Path) -> list[str]:
    """A run that is done, and another with other settings, that failed."""
    one = run(tmp_path / "one", [*steps(200, ALIVE), proof(), finished(200)])
    plan = FreezePlan((FREEZE_ALL, THAW_HEAD))
    log = [*steps(110, ALIVE), Failed("x")]
    other = run(tmp_path / "other", log, plan, learning_rate=0.5)
    return [str(one.path), str(other.path)]


def test_lines(two: list[str]) -> None:
    done = thaw("compare", *two)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    assert re.search(r"^A  one  done$", said, re.MULTILINE)
    assert re.search(r"^B  other  failed$", said, re.MULTILINE)
    assert re.search(r"^learning_rate +0\.001 +0\.5", said, re.MULTILINE)
    assert re.search(r"^freeze all +no +rule 1", said, re.MULTILINE)
    assert re.search(r"^freeze role trunk +rule 1 +no", said, re.MULTILINE)
    assert re.search(r"^pictures/s +3\d\.\d +3\d\.\d", said, re.MULTILINE)
    assert "which parameters train in A, B is not known yet" in said
    assert "loss, smoothed, by step" in said
    assert "VOC07 mAP, by step" in said
    assert re.search(r"^steps +200/400 +110/400", said, re.MULTILINE)
    assert re.search(r"^freeze +held +-", said, re.MULTILINE)
    assert "\x1b" not in said


def test_json(two: list[str]) -> None:
    told = json.loads(thaw("compare", *two, "--json").stdout)
    assert told["version"] == 1
    assert [one["state"] for one in told["runs"]] == ["done", "failed"]
    assert told["settings"] == [{"name": "learning_rate", "values": [0.001, 0.5]}]
    assert {"name": "freeze all", "values": [None, 1]} in told["rules"]
    assert len(told["runs"][0]["losses"]) == 200
    assert told["runs"][0]["proof"]["frozen_identical"] == 181


def test_a_terminal_of_80_columns(two: list[str]) -> None:
    code, said = on_terminal("compare", *two)
    assert code == 0
    assert "\x1b[38;5;10m" in said
    plain = re.sub(r"\x1b\[[\d;]*m", "", said)
    assert max(map(len, plain.splitlines())) <= 80
    assert any("\u2800" < sign <= "\u28ff" for sign in plain)


def test_ascii_where_there_is_no_more(two: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui", "compare", *two],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.decode("ascii").splitlines()
    assert any(line.endswith("A") and "|" in line for line in lines)


def test_ascii_where_it_is_asked_for(two: list[str]) -> None:
    code, said = on_terminal("compare", *two, "--ascii")
    assert code == 0
    assert said.isascii()


def test_means() -> None:
    assert means(ascii_only=True, environment={}).ascii_only
    assert means(ascii_only=False, environment={"TERM": "linux"}).marker == "sd"
    assert means(ascii_only=False, environment={"TERM": "xterm"}).marker == "braille"
    blocks = drawn([Curve([1, 2, 3], [3, 1, 2], "A")], Means("sd"))
    assert "█" in blocks
    assert "A" in blocks


def test_a_curve_without_points_is_left_out() -> None:
    said = drawn([Curve([], [], "A"), Curve([1], [3], "B"), Curve([1, 2], [3, 4], "C")], Means(""))
    assert "A" not in said
    assert "C" in said


def test_runs_that_have_nothing_to_show(tmp_path: Path) -> None:
    done = thaw("compare", *(str(run(tmp_path / name, []).path) for name in "ab"))
    assert done.returncode == 0, done.stderr
    assert "settings: all " in done.stdout
    assert "plans: the same" in done.stdout
    assert "by step" not in done.stdout


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    nasty = HOSTILE + "\0"
    log = [
        *steps(5, ALIVE),
        Step(6, 1, 1.0, {nasty: 1.0}, 0.1, 1.0),
        Validated(1, 6, nasty, 0.5, {nasty: 0.5}, {nasty: 0.5}),
    ]
    plan = FreezePlan((Rule("freeze", "structure", nasty),))
    folders: list[RunFolder] = [
        run(tmp_path / HOSTILE, list(log), plan),
        run(tmp_path / "other", steps(5, ALIVE)),
    ]
    # TOML has no NUL, and the plan cannot be read then: that too is told and does nothing.
    words = [str(one.path) for one in folders]
    done = thaw("compare", *words)
    assert done.returncode == 0, done.stderr
    acts = [sign for sign in done.stdout if sign != "\n" and not sign.isprintable()]
    assert acts == []
    told = thaw("compare", *words, "--json").stdout
    assert [sign for sign in told if sign != "\n" and not sign.isprintable()] == []
    assert nasty in json.loads(told)["runs"][0]["per_class"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "{one}"], "name two runs or more"),
        (["compare", "{one}", "{one}/."], "the same run is named twice"),
        (["compare", "{one}", "/no/such"], "no run folder"),
        (["compare", "{one}", "{one}/../other", "--screen"], "no terminal here to show it in"),
        (["compare", "{one}", "{one}/../other", "--screen", "--json"], "go each alone"),
    ],
)
def test_bad_input(two: list[str], arguments: list[str], says: str) -> None:
    refused([one.format(one=two[0]) for one in arguments], says)
