"""`thaw` by itself goes straight to the list of models."""

from __future__ import annotations

import subprocess
import sys

import pytest

WITHOUT_WORDS = """
import sys
import tui.commands.showing as showing

def show_app():
    print("click" in sys.modules, end=" ")
    raise {error}

showing.has_terminal = lambda: {terminal}
showing.show_app = show_app
sys.argv = ["thaw", *{words}]
from tui.start import main
main()
"""


def started(
    *words: str, terminal: bool = True, error: str = "SystemExit(3)", **environment: str
) -> tuple[int, str]:
    """The exit code of a start with these words, and what it wrote."""
    code = WITHOUT_WORDS.format(error=error, terminal=terminal, words=words)
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": "", **environment},
    )
    return done.returncode, done.stdout + done.stderr


def test_without_words_it_shows_the_list_and_needs_no_click() -> None:
    assert started() == (3, "False ")


def test_ctrl_c_while_it_starts_ends_it_as_any_command() -> None:
    assert started(error="KeyboardInterrupt") == (130, "False ")


@pytest.mark.parametrize(
    ("words", "terminal", "environment", "says"),
    [
        (("--version",), True, {}, "thaw, version"),
        ((), False, {}, "Usage: thaw"),
        ((), True, {"_THAW_COMPLETE": "bash_source"}, "_thaw_completion"),
    ],
    ids=["words", "no terminal", "completion"],
)
def test_otherwise_the_commands_have_it(
    words: tuple[str, ...], terminal: bool, environment: dict[str, str], says: str
) -> None:
    code, text = started(*words, terminal=terminal, **environment)
    assert code == 0
    assert says in text
