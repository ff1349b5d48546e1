"""The user's story in a real pseudo-terminal, 80×24, keys in and screen out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest

from tests.engine.voc_tree import usual_tree

COLUMNS, ROWS = 80, 24


class Terminal:
    """A program on a pseudo-terminal, and what a terminal would show of it."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if not self.pid:
            os.execvpe(arguments[0], arguments, environment)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.code: int | None = None

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def read(self, seconds: float) -> bool:
        """Take in what the program writes; False at its end."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        # pyte knows no key protocols (CSI > … u and the like) and would print their tails.
        self._stream.feed(re.sub(rb"\x1b\[[<>=?][\d;]*[u$p]+", b"", data))
        return bool(data)

    def wait_for(self, pattern: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            assert time.monotonic() < end, f"{pattern!r} did not appear:\n{self.text}"
            assert self.read(0.2), f"the program ended before {pattern!r}:\n{self.text}"

    def wait_for_end(self, seconds: float = 30) -> int:
        end = time.monotonic() + seconds
        while self.read(0.2):
            assert time.monotonic() < end, self.text
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def close(self) -> None:
        if self.code is None:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        os.close(self._fd)


@pytest.fixture
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """`thaw demo`, or `thaw` with the arguments that a test gives."""
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "MXNET_HOME": str(tmp_path / "mxnet"),
    }
    for name in ("NO_COLOR", "TEXTUAL", "COLORTERM"):
        environment.pop(name, None)
    arguments = getattr(request, "param", ["demo"])
    if "VOC2007" in arguments:
        arguments = [*arguments[:-1], str(usual_tree(tmp_path / "VOC2007"))]
    one = Terminal([sys.executable, "-m", "tui", *arguments], environment)
    yield one
    one.close()


@pytest.mark.slow
@pytest.mark.smoke
def test_demo_h_t_to_the_end(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("Opening demo", 30)
    terminal.wait_for("trunk pretrained on other shapes")
    terminal.wait_for("tour 1/7 .*Press h")
    terminal.wait_for(r"▾ features .*trainable")
    terminal.press("h")
    terminal.wait_for(r"head only: 12 parameters train .* 39 are frozen")
    assert re.search(r"▾ features .*frozen", terminal.text)
    assert re.search(r"class_predictors .*trainable", terminal.text)
    terminal.press("t")
    terminal.wait_for("512 pictures to train, 128 to validate")
    terminal.wait_for(r"Start\s+ready")
    terminal.press("\r")
    terminal.wait_for(r"training · epoch \d")
    terminal.wait_for("frozen +39 parameters: identical, bit for bit", 300)
    terminal.wait_for("statistics +26 fixed: identical")
    terminal.wait_for("trainable +12 parameters")
    value = re.search(r"VOC07 mAP (\d\.\d+)", terminal.text)
    assert value is not None
    assert float(value[1]) > 0.8
    terminal.wait_for("tour 6/7")
    (weights,) = (tmp_path / "data").rglob("final.params")
    assert weights.stat().st_size > 1_000_000
    terminal.press("q")
    assert terminal.wait_for_end() == 0


STORY = [
    *("open", "ssd_300_mobilenet0.25_custom", "--classes", "cat,dog", "--no-weights"),
    *("--input-size", "128", "--data", "VOC2007"),
]


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [STORY], indirect=True, ids=["story"])
def test_the_last_layers_of_a_detector_train_after_three_keys(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Open, head only, train: at each key the screen says what will move and what will not."""
    pressed = 0

    def press(key: str) -> None:
        nonlocal pressed
        pressed += 1
        terminal.press(key)

    terminal.wait_for("last layers: class_predictors, box_predictors")
    press("h")
    terminal.wait_for(r"head only: 24 parameters train .* 97 are frozen")
    press("t")
    terminal.wait_for(r"24 of 205 parameters train")
    terminal.wait_for(r"Pascal VOC · 3 pictures to train, 2 to validate")
    terminal.wait_for(r"Start\s+ready")
    press("\r")
    terminal.wait_for("frozen +97 parameters: identical, bit for bit", 300)
    assert re.search("statistics +70 fixed: identical", terminal.text)
    assert re.search(r"trainable +\d+ parameters(:| changed)", terminal.text)
    assert pressed == 3
    terminal.press("q")
    assert terminal.wait_for_end() == 0


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [[]], indirect=True, ids=["thaw"])
def test_thaw_alone_finds_opens_and_comes_back(terminal: Terminal, tmp_path: Path) -> None:
    terminal.wait_for("alexnet", 30)
    terminal.press("cifar r20v1")
    terminal.wait_for("› cifar_resnet20_v1 ")
    terminal.press("\r")
    terminal.wait_for("weights are not on this disk")
    terminal.press("r")
    terminal.wait_for("last layers: output")
    terminal.press("q")
    terminal.wait_for(r"cifar_resnet20_v1 +random weights +recent")
    # The second model counts its names from zero again, as a script of one's own would.
    terminal.press("\x1b")
    terminal.wait_for("type to narrow")
    terminal.press("\x1b[H\r")
    terminal.wait_for("last layers: output")
    terminal.press("\x1b[F")
    terminal.wait_for("cifarresnetv10_dense0_bias")
    terminal.press("q")
    terminal.wait_for("type to narrow")
    terminal.press("\x1b")
    assert terminal.wait_for_end() == 0
    (recent,) = (tmp_path / "state").rglob("recent.toml")
    assert recent.read_text().count("cifar_resnet20_v1") == 1
