"""The inspector process, from the side of the screen: start it, ask it, hear its answers.

`python -m tui.engine inspect` holds one model and answers questions about it, one JSON message
a line on its standard input and output. It dies with the screen, and never takes it along.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from tui.runs.inspection import Answer, Phase, Question, Refused

LONGEST_LINE = 1 << 28
"""Bytes: a description of a model with 100,000 parameters has about 2^25."""

_ANSWER = b'{"type":'
"""How every answer begins, and nothing that a library prints."""


class Inspector:
    """One inspector process. Questions are answered one at a time, in order."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._lock = asyncio.Lock()
        self._owed = 0
        self._decoder: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)

    async def start(self) -> None:
        """Start the process. Its output other than answers goes to the log."""
        self._owed = 0
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tui.engine", "inspect"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                limit=LONGEST_LINE,
            )

    async def ask(self, question: Question) -> AsyncIterator[Answer]:
        """Ask; yields each `Phase` and last the answer. A dead process answers `Refused`."""
        answer: Answer | None = None
        async with self._lock:
            if self._process is None:
                await self.start()
            process = self._process
            assert process is not None
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                process.stdin.write(msgspec.json.encode(question) + b"\n")
                # A question whose asker went away is answered all the same: its answer is due
                # first, and is nobody's.
                self._owed += 1
                await process.stdin.drain()
                while answer is None and (line := await process.stdout.readline()):
                    heard: Answer
                    try:
                        heard = self._decoder.decode(line)
                    except (msgspec.DecodeError, UnicodeDecodeError) as error:
                        if not line.startswith(_ANSWER):
                            continue  # a library printed it
                        # To wait on would be to wait for ever: it was the answer.
                        heard = Refused(f"the inspector's answer cannot be read: {error}")
                    finally:
                        # A large model's is tens of megabytes, and this waits at a yield.
                        line = b""
                    if isinstance(heard, Phase):
                        if self._owed == 1:
                            yield heard
                        continue
                    self._owed -= 1
                    if not self._owed:
                        answer = heard
            except (BrokenPipeError, ConnectionResetError):
                pass
            if answer is None:
                code = await process.wait()
                self._process = None
                self._owed = 0
                answer = Refused(
                    f"the inspector ended {_ended(code)}; its output is in {self._log}"
                )
        # Outside the lock: who hears the answer may ask again before asking us for more.
        yield answer

    async def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


def _ended(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"
