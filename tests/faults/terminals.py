"""A terminal of a program's own: what it shows is read, keys are typed into it, and it can be
taken away."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\x1b[@-Z\\-_]")


class Terminal:
    """Runs a program in a pseudo terminal of 80×24, as a session of its own."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", **environment},
        )
        os.close(slave)
        self.shown = ""

    def read(self, seconds: float = 0.2) -> None:
        """Take in what the program writes within so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if not ready:
                return
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:  # the program has ended
                return
            self.shown += data.decode("utf-8", "replace")

    def until(self, text: str, seconds: float = 60) -> str:
        """Read until the text was written since the last call, and return all that was; fails
        when it does not come."""
        end = time.monotonic() + seconds
        while text not in self.words():
            assert time.monotonic() < end, f"{text!r} did not come: {self.words()[-2000:]}"
            assert self.process.poll() is None, f"it ended: {self.words()[-2000:]}"
            self.read()
        written, self.shown = self.shown, ""
        return written

    def words(self) -> str:
        """What was written since the last `until`, without the escapes."""
        return ESCAPES.sub("", self.shown)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def close(self) -> None:
        """Take the terminal away, and the program with it."""
        with contextlib.suppress(OSError):
            os.close(self.master)
        self.process.kill()
        self.process.wait()


def attached(folder: str, **environment: str) -> Terminal:
    """`thaw attach` in a terminal."""
    return Terminal([sys.executable, "-m", "tui", "attach", folder], **environment)
