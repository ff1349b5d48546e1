"""A terminal that counts what is written to it, and answers what it is asked."""

from __future__ import annotations

import time

from tests.faults.terminals import Terminal

ANSWERS = {
    "\x1b[?2026$p": "\x1b[?2026;2$y",
    "\x1b[?2048$p": "\x1b[?2048;0$y",
    "\x1b[6n": "\x1b[1;1R",
}
"""What a terminal is asked, and what xterm and its like say to it."""


class Counted(Terminal):
    """A terminal that counts what is written to it, and answers what it is asked, at once or
    after some seconds."""

    def __init__(
        self, command: list[str], *, answers_after: float = 0.0, **environment: str
    ) -> None:
        super().__init__(command, **environment)
        self.count = 0
        self._after = answers_after
        self._due: list[tuple[float, str]] = []

    def read(self, seconds: float = 0.2) -> None:
        """Take in what the program writes, and answer what it asks."""
        before = len(self.shown)
        super().read(min(seconds, 0.05) if self._due else seconds)
        written = self.shown[before:]
        self.count += len(written.encode())
        now = time.monotonic()
        for asked, answer in ANSWERS.items():
            self._due += [(now + self._after, answer)] * written.count(asked)
        for due, answer in [one for one in self._due if one[0] <= now]:
            self._due.remove((due, answer))
            self.type(answer)

    def settle(self, quiet: float = 1.5) -> None:
        """Read until nothing has come for so long."""
        while True:
            before = self.count
            self.read(quiet)
            if self.count == before:
                self.shown = ""
                return

    def during(self, seconds: float) -> int:
        """Bytes that are written within so many seconds."""
        before, end = self.count, time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(min(0.2, end - time.monotonic()))
        return self.count - before
