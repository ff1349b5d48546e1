"""A screen on which nothing happens sends nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

MODEL = """
from tests.app.models import ssd
from tests.app.showing import app_on
app_on(ssd()).run()
"""

BROWSER = """
from tui.app.app import ThawApp
ThawApp().run()
"""

RUNS = """
from tests.app.some_runs import make_runs
from tui.app.app import ThawApp
from tui.app.screens.runs import RunsScreen
make_runs("done", "failed", "lost")
ThawApp(first=RunsScreen(clock=lambda: 1_000_500.0)).run()
"""


def read_until_quiet(terminal: int, quiet: float, most: float) -> bytes:
    """All that comes until nothing has come for `quiet` seconds."""
    seen = b""
    end = time.monotonic() + most
    while select.select([terminal], [], [], quiet)[0]:
        seen += os.read(terminal, 1 << 16)
        assert time.monotonic() < end, "it never stops writing"
    return seen


@pytest.mark.parametrize(
    ("app", "first", "move", "leave"),
    [
        (MODEL, b"last layers", b"j", b"q"),
        (BROWSER, b"alexnet", b"\x1b[B", b"\x1b"),
        (RUNS, b"lost", b"j", b"q"),
    ],
    ids=["model", "browser", "runs"],
)
def test_an_idle_screen_sends_nothing(app: str, first: bytes, move: bytes, leave: bytes) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", PYTHONPATH=str(ROOT))
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, "-c", app])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        seen = b""
        end = time.monotonic() + 30
        while first not in seen:
            assert time.monotonic() < end, seen[-2000:]
            if select.select([terminal], [], [], 1)[0]:
                seen += os.read(terminal, 1 << 16)
        read_until_quiet(terminal, quiet=1.0, most=20)
        assert not select.select([terminal], [], [], 3.0)[0]
        os.write(terminal, move)
        moved = read_until_quiet(terminal, quiet=0.5, most=20)
        assert 0 < len(moved) < 3_000
        os.write(terminal, leave)
        while select.select([terminal], [], [], 10)[0]:
            try:
                if not os.read(terminal, 1 << 16):
                    break
            except OSError:
                break
    finally:
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0
