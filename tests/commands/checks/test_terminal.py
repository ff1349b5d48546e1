"""What is said of a terminal."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tui.app.screens.too_small import LEAST as NEEDED
from tui.commands.checks.terminal import (
    LEAST,
    check,
    of_clipboard,
    of_colour,
    of_pictures,
    of_size,
    of_terminal,
    of_unicode,
)
from tui.commands.checks.terminal_query import Answers


def test_the_least_size_is_that_of_the_screens() -> None:
    assert (NEEDED.width, NEEDED.height) == LEAST


@pytest.mark.parametrize(
    ("size", "verdict"), [((80, 24), "ok"), ((60, 16), "warn"), ((59, 40), "fail")]
)
def test_size(size: tuple[int, int], verdict: str) -> None:
    assert of_size(*size).verdict == verdict


@pytest.mark.parametrize(
    ("environment", "verdict", "says"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm-256color"}, "ok", "256"),
        ({"TERM": "xterm"}, "ok", "16"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "ok", "as NO_COLOR asks"),
        ({"TERM": "dumb"}, "warn", "none"),
    ],
)
def test_colour(environment: Mapping[str, str], verdict: str, says: str) -> None:
    line = of_colour(environment)
    assert line.verdict == verdict
    assert says in line.said


def test_a_dumb_terminal_draws_no_screens() -> None:
    assert of_terminal({"TERM": "dumb"}, None).verdict == "fail"
    assert of_terminal({"TERM": "xterm"}, Answers()).said.endswith("did not answer within 1 s")


def test_ascii_is_said_with_what_to_do() -> None:
    line = of_unicode({"LC_ALL": "C"})
    assert line.verdict == "warn"
    assert "ASCII" in line.said
    assert "LANG=C.UTF-8" in line.advice


@pytest.mark.parametrize(
    ("answers", "around", "option", "verdict", "says"),
    [
        (Answers(clipboard=True), "", "", "ok", "OSC 52"),
        (Answers(), "", "", "warn", "does not say"),
        (Answers(clipboard=True), "tmux", "external", "warn", "set-clipboard external"),
        (Answers(), "tmux", "on", "ok", "goes through"),
        (Answers(), "tmux", "", "warn", "tmux drops"),
        (Answers(), "screen", "", "warn", "screen drops"),
        (None, "", "", "warn", "does not say"),
    ],
)
def test_clipboard(
    answers: Answers | None, around: str, option: str, verdict: str, says: str
) -> None:
    line = of_clipboard(answers, around, option)
    assert line.verdict == verdict
    assert says in line.said
    assert bool(line.advice) == (verdict == "warn")


@pytest.mark.parametrize(
    ("answers", "around", "passes", "verdict", "says"),
    [
        (Answers(kitty=True), "", "", "ok", "kitty"),
        (Answers(attributes=(62, 4)), "", "", "ok", "Sixel"),
        (Answers(attributes=(62,)), "", "", "ok", "half blocks"),
        (Answers(attributes=(62,)), "tmux", "off", "warn", "in tmux"),
        (Answers(attributes=(62,)), "screen", "", "warn", "in screen"),
        (None, "", "", "ok", "half blocks"),
    ],
)
def test_pictures(
    answers: Answers | None, around: str, passes: str, verdict: str, says: str
) -> None:
    line = of_pictures(answers, around, passes)
    assert line.verdict == verdict
    assert says in line.said


def test_without_a_terminal_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = check()
    assert line.verdict == "warn"
    assert capsys.readouterr().out == ""
