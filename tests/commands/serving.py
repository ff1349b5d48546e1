"""`thaw serve` as a process of its own, at a port that is free."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


class Served:
    """It, and the address that it has printed."""

    def __init__(self, *words: str, **environment: str) -> None:
        import os

        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui", "serve", "--port", "0", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.fullmatch(r"thaw is at (http://127\.0\.0\.1:(\d+)/)\?token=(\S+)\n", line)
        assert found, line + self.process.communicate()[1]
        self.root, self.port, self.token = found[1], int(found[2]), found[3]
        self.address = f"{self.root}?token={self.token}"

    def pages(self) -> list[psutil.Process]:
        """The processes of the pages that are open."""
        return psutil.Process(self.process.pid).children()

    def end(self) -> str:
        """Ctrl-C; what it said on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=30)
        return said


@contextmanager
def served(*words: str, **environment: str) -> Iterator[Served]:
    """It, for as long as the block lasts."""
    one = Served(*words, **environment)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()
