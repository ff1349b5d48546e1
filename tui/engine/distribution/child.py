"""A process that the trainer starts beside itself, here or by ssh, and watches."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

from tui.engine.distribution.lost import ending

PATIENCE = 2.0
"""Seconds in which a process that has hung up must have ended."""
SSH = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15")


def command_of(
    words: Sequence[str], host: str, environment: Mapping[str, str] | None = None
) -> list[str]:
    """The command that runs `python -m tui.engine …` on a host; empty: on this machine. Elsewhere
    it is the same Python by its path, in the same folder where that is there."""
    python = [sys.executable, "-m", "tui.engine", *words]
    if not host:
        return python
    given = [f"{name}={value}" for name, value in (environment or {}).items()]
    there = shlex.join([*(["env", *given] if given else []), *python])
    return [*SSH, host, "--", f"cd {shlex.quote(os.getcwd())} 2>/dev/null; exec {there}"]


class Child:
    """A started process. What it writes to standard error goes where ours goes; its last line is
    kept, to be told if it ends."""

    def __init__(
        self,
        command: Sequence[str],
        stdin: int,
        stdout: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        self._last_line = ""
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    def ending(self) -> str:
        """How it has ended, after it hung up."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return "hung up"
        self._hearing.join(PATIENCE)
        if code > 0 and self._last_line:
            return f"ended with exit code {code}: {self._last_line}"
        return ending(code)

    def kill(self) -> None:
        """End it, whatever it is at."""
        self.process.kill()
        self.process.wait()

    def _hear(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._last_line = text[:300]
                print(text, file=sys.stderr, flush=True)
