"""`thaw doctor` as a person and a script call it."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator

import pytest

from tests.faults.terminals import Terminal
from tests.test_cli import thaw
from tui.commands import checks
from tui.commands.checks import all_lines
from tui.commands.checks.line import Line


@pytest.mark.slow
def test_as_json_and_as_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("MXNET_GLUON_REPO", "http://127.0.0.1:9")
    done = thaw("doctor", "--json")
    told = json.loads(done.stdout)
    assert told["version"] == 1
    assert done.returncode == (1 if told["fails"] else 0)
    by_name = {line["name"]: line for line in told["lines"]}
    assert by_name["hub"]["verdict"] == "warn"
    assert "nobody listens there" in by_name["hub"]["said"]
    needed = {"Python", "NumPy", "MXNet", "MXNet build", "CUDA", "GluonCV", "OpenCV", "GPU"}
    needed |= {"model folder", "repository", "run folder", "disk", "shared memory", "ssh"}
    assert needed <= by_name.keys()
    assert [x for x in told["lines"] if x["verdict"] != "ok" and not x["advice"]] == []
    shown = thaw("doctor").stdout
    assert re.search(r"^✓ ok    MXNet +1\.9\.1$", shown, re.MULTILINE)
    assert re.search(r"^! warn  hub ", shown, re.MULTILINE)


@pytest.mark.slow
def test_one_that_fails_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_HOME", "/proc/none")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = thaw("doctor")
    assert done.returncode == 1
    assert re.search(r"^x fail  model folder ", done.stdout, re.MULTILINE)
    assert done.stdout.isascii()
    assert "1 line fails" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_on_a_terminal_that_says_nothing() -> None:
    terminal = Terminal(
        [sys.executable, "-m", "tui", "doctor"], TMUX="", STY="", HF_HUB_OFFLINE="1"
    )
    try:
        end = time.monotonic() + 60
        while "could be better" not in terminal.words():
            assert time.monotonic() < end, terminal.words()
            terminal.read()
        assert "it did not answer within 1 s" in " ".join(terminal.words().split())
    finally:
        terminal.close()


def test_a_check_that_breaks_is_a_line_and_the_others_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks() -> Iterator[Line]:
        raise ZeroDivisionError("by\nzero")

    def works() -> Iterator[Line]:
        yield Line("b", "ok", os.name)

    monkeypatch.setattr(checks, "SUBJECTS", ("a_subject", "b"))
    monkeypatch.setattr(checks, "check_of", {"a_subject": breaks, "b": works}.get)
    first, second = all_lines()
    assert (first.name, first.verdict) == ("a subject", "warn")
    assert first.said == "could not be looked at: by zero"
    assert second.verdict == "ok"


def test_one_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    never = Event()

    def hangs() -> Iterator[Line]:
        never.wait(60)
        yield Line("a", "ok", "")

    monkeypatch.setattr(checks, "SUBJECTS", ("a",))
    monkeypatch.setattr(checks, "check_of", lambda _: hangs)
    monkeypatch.setattr(checks, "LONGEST", 0.1)
    (line,) = all_lines()
    never.set()
    assert line.verdict == "warn"
    assert line.said.startswith("no answer within")
