"""On a slow link little is sent: the real app on a real terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.counted_terminal import Counted

MODEL = """
from tui.app.config import Config
from tui.app.looks import looks_of, take_up
take_up(looks_of(Config(), slow={slow}))
from tests.app.models import ssd
from tests.app.showing import app_on
app_on(ssd()).run()
"""


def on_the_model(home: Path, *, slow: bool, answers_after: float = 0.0) -> Counted:
    return Counted(
        [sys.executable, "-c", MODEL.format(slow=slow)],
        answers_after=answers_after,
        COLORTERM="truecolor",
        PYTHONPATH=str(Path(__file__).parents[2]),
        XDG_STATE_HOME=str(home),
        XDG_CONFIG_HOME=str(home),
    )


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Counted]:
    """The model screen at the end of a slow link."""
    screen = on_the_model(tmp_path, slow=True)
    yield screen
    screen.close()


def test_little_is_sent(slow: Counted) -> None:
    first = slow.until("last layers", 30)
    assert "\x1b[?1003h" not in first, "moves of the mouse are asked for"
    assert "\x1b[?1000h" in first, "clicks are not"
    assert "38;2;" not in first, "a colour is spelled out"
    slow.settle()
    before = slow.count
    slow.type("jjk")
    slow.settle(0.5)
    assert 0 < slow.count - before < 3 * 600
    # A field with a cursor, which stands still.
    slow.type("/")
    slow.settle(0.7)
    assert slow.during(1.5) == 0


@pytest.mark.parametrize(("seconds", "offered"), [(0.0, False), (0.4, True)])
def test_a_terminal_that_answers_late_is_noticed(
    tmp_path: Path, seconds: float, offered: bool
) -> None:
    screen = on_the_model(tmp_path, slow=False, answers_after=seconds)
    try:
        screen.until("last layers", 30)
        screen.during(1.5 + 6 * seconds)
        assert ("thaw --slow" in " ".join(screen.words().split())) is offered
    finally:
        screen.close()
