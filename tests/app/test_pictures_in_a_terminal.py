"""Pictures on terminals that know Sixel or Kitty's protocol: the real app, byte for byte."""

from __future__ import annotations

import base64
import fcntl
import io
import os
import pty
import re
import select
import struct
import sys
import termios
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.app.fake_trainer import finished, make_folder, proof, sample_events, write_log
from tests.app.sampled import GROUND, SKY, with_samples
from tui.app.picture_terminal import QUESTION

ROOT = Path(__file__).parent.parent.parent
COLUMNS, ROWS, CELL = 80, 24, (9, 18)

APP = """
import sys
from pathlib import Path
from tui.app.app import ThawApp
from tui.runs.folder import RunFolder
sys.exit(ThawApp(attach=RunFolder(Path(sys.argv[1]))).run())
"""


class Terminal:
    """A terminal that answers what it is asked, and keeps all that it was sent."""

    def __init__(self, folder: Path, answer: str, late: bool = False) -> None:
        self.sent = b""
        self._answer = answer.encode()
        self._late = late
        self.pid, self._fd = pty.fork()
        if not self.pid:
            os.environ.update(
                TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8", PYTHONPATH=str(ROOT)
            )
            os.environ.pop("NO_COLOR", None)
            os.execv(sys.executable, [sys.executable, "-c", APP, str(folder)])
        size = (ROWS, COLUMNS, COLUMNS * CELL[0], ROWS * CELL[1])
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size))

    def press(self, keys: str) -> None:
        os.write(self._fd, keys.encode())

    def wait_for(self, pattern: str, since: int = 0) -> re.Match[bytes]:
        end = time.monotonic() + 30
        while not (found := re.compile(pattern.encode(), re.DOTALL).search(self.sent, since)):
            assert time.monotonic() < end, self.sent[-3000:]
            assert self._read(), "the app has ended"
        return found

    def _read(self) -> bool:
        if not select.select([self._fd], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return False
        asked = QUESTION.encode() in self.sent
        self.sent += data
        if not asked and QUESTION.encode() in self.sent and not self._late:
            self.answer()
        return bool(data)

    def answer(self) -> None:
        os.write(self._fd, self._answer)

    def close(self) -> int:
        while self._read():
            pass
        _, status = os.waitpid(self.pid, 0)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = make_folder(tmp_path / "run")
    log = with_samples(folder, list(sample_events(100)))
    write_log(folder, [*log, proof(), finished(100)])
    return folder.path


def pixels(sixels: str) -> Image.Image:
    """What a terminal makes of Sixel data."""
    head = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', sixels)
    assert head is not None
    image = Image.new("RGB", (int(head[1]), int(head[2])))
    colours: dict[str, tuple[int, ...]] = {}
    colour, x, y = "", 0, 0
    parts = r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|(\$)|(-)"
    for part in re.finditer(parts, sixels[head.end() : -2]):
        if part[1]:
            colour = part[1]
            if part[2]:
                colours[colour] = tuple(round(int(one) * 2.55) for one in part.group(2, 3, 4))
        elif part[8]:
            x = 0
        elif part[9]:
            x, y = 0, y + 6
        else:
            count, bits = int(part[5] or 1), ord(part[6] or part[7]) - 63
            for column in range(x, x + count):
                for bit in range(6):
                    if bits >> bit & 1 and y + bit < image.height:
                        image.putpixel((column, y + bit), colours[colour])
            x += count
    return image


def near(found: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, wanted, strict=True))


def leave(terminal: Terminal) -> None:
    since = len(terminal.sent)
    terminal.press("\x1b")
    terminal.wait_for("identical", since)
    terminal.press("q")
    assert terminal.close() == 0


def test_sixel(run: Path) -> None:
    terminal = Terminal(run, "\x1bP>|XTerm(390)\x1b\\\x1b[?64;1;2;4;6;9;15;16;17;18;21;22;28c")
    terminal.wait_for("identical")
    assert b"\x1bP" not in terminal.sent
    since = len(terminal.sent)
    terminal.press("i")
    found = terminal.wait_for(r"\x1b7\x1b\[(\d+);(\d+)H(\x1bP[^\x1b]*\x1b\\)\x1b8", since)
    image = pixels(found[3].decode())
    assert image.width % CELL[0] == image.height % CELL[1] == 0
    assert (int(found[1]), int(found[2])) == (2, (COLUMNS - image.width // CELL[0]) // 2 + 1)
    assert abs(image.width / image.height - 4 / 3) < 0.05
    assert near(image.getpixel((5, 5)), SKY)
    assert near(image.getpixel((5, image.height - 5)), GROUND)
    terminal.wait_for("the newest · sixel", since)
    leave(terminal)


def test_kitty(run: Path) -> None:
    terminal = Terminal(run, "\x1bP>|kitty(0.32.2)\x1b\\\x1b[?62;c")
    terminal.wait_for("identical")
    since = len(terminal.sent)
    terminal.press("i")
    terminal.wait_for("\U0010eeee.*\U0010eeee", since)
    parts = re.findall(rb"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\", terminal.sent[since:])
    data = b"".join(data for keys, data in parts if b"f=100" in keys)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert near(image.convert("RGB").getpixel((5, 5)), SKY)
    first_sign = terminal.sent.index("\U0010eeee".encode(), since)
    assert terminal.sent.rindex(b"\x1b_G", 0, first_sign) > since, "sent before it is placed"
    leave(terminal)
    assert b"\x1b_Ga=d,I=" in terminal.sent


def test_one_that_answers_late_presses_no_key(run: Path) -> None:
    """Its answer has letters that are keys of the run screen: c, q."""
    terminal = Terminal(run, "\x1bP>|quick 1\x1b\\\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c", True)
    terminal.wait_for("identical")
    terminal.press("i")
    terminal.wait_for("the newest · half blocks")
    since = len(terminal.sent)
    terminal.answer()
    terminal.press("l")
    terminal.wait_for(r"\x1bP[\d;]*q", since)
    terminal.wait_for("2 of 4", since)
    leave(terminal)


def test_one_that_never_answers_gets_half_blocks(run: Path) -> None:
    terminal = Terminal(run, "")
    terminal.wait_for("identical")
    terminal.press("i")
    terminal.wait_for("the newest · half blocks")
    terminal.wait_for("▀.*▀")
    leave(terminal)
    assert b"\x1bP" not in terminal.sent
    assert b"\x1b_G" not in terminal.sent
