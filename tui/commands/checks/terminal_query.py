"""Questions that a terminal answers itself: escape sequences out, answers in, within a time.

All are asked at once, and last of all one that every terminal answers (DA1): when that answer is
there, all answers are that will come.
"""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty
from dataclasses import dataclass

PATIENCE = 1.0
"""Seconds. Over a slow link a round trip takes up to half of one."""

MUTE = ("", "dumb", "linux", "unknown")
"""Values of TERM whose terminals print what they do not know, or answer nothing."""

_KITTY = b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_VERSION = b"\x1b[>0q"
_CLIPBOARD = b"\x1bP+q4d73\x1b\\"
"""The terminfo capability Ms, which is OSC 52."""
_ATTRIBUTES = b"\x1b[c"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a terminal said of itself. `attributes` are those of DA1, None where it said nothing at
    all within the time; `clipboard` is whether it takes OSC 52, None where it did not say."""

    name: str = ""
    kitty: bool = False
    attributes: tuple[int, ...] | None = None
    clipboard: bool | None = None

    @property
    def sixel(self) -> bool:
        """Whether it draws Sixel."""
        return 4 in (self.attributes or ())


def ask(into: int, out: int, patience: float = PATIENCE) -> Answers:
    """Ask the terminal that `into` reads from and `out` writes to. Its modes are what they were
    when this returns, and what was typed meanwhile is dropped with the answers.

    Raises:
        OSError, termios.error: it is no terminal.
    """
    before = termios.tcgetattr(into)
    data = b""
    try:
        tty.setcbreak(into, termios.TCSANOW)
        os.write(out, _KITTY + _VERSION + _CLIPBOARD + _ATTRIBUTES)
        end = time.monotonic() + patience
        while not re.search(rb"\x1b\[\?[\d;]*c", data):
            left = end - time.monotonic()
            if left <= 0 or not select.select([into], [], [], left)[0]:
                break
            chunk = os.read(into, 4096)
            if not chunk:
                break
            data += chunk
    finally:
        # What comes late, or in part, must not be taken for keys by the shell.
        termios.tcsetattr(into, termios.TCSAFLUSH, before)
    return read_answers(data)


def read_answers(data: bytes) -> Answers:
    """What the bytes mean that a terminal has sent back."""
    attributes = re.search(rb"\x1b\[\?([\d;]*)c", data)
    name = re.search(rb"\x1bP>\|([^\x1b\x07]*)", data)
    clipboard = re.search(rb"\x1bP([01])\+r", data)
    kitty = re.search(rb"\x1b_Gi=31;OK", data)
    numbers = (
        None
        if attributes is None
        else tuple(int(one) for one in attributes[1].split(b";") if one.isdigit())
    )
    return Answers(
        name[1].decode("ascii", "replace") if name else "",
        kitty is not None,
        numbers,
        True if 52 in (numbers or ()) else clipboard and clipboard[1] == b"1",
    )
