"""One question to an inspector, without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from tui.runs.inspection import Answer, Phase, Question, Refused
from tui.runs.inspector import Inspector


class NoAnswer(RuntimeError):
    """The inspector refused; the message is its one line."""


def ask(question: Question, say: Callable[[Phase], None] = lambda _: None) -> Answer:
    """Start an inspector, ask, and return its answer. `say` hears what it is about to do.

    Raises:
        NoAnswer: it refused.
    """
    folder = Path(mkdtemp(prefix="thaw-"))
    log = folder / "inspector.log"
    answer: Answer | None = None
    try:
        answer = asyncio.run(_ask(question, log, say))
    finally:
        # An answer that sends people to the log leaves it there.
        if not (isinstance(answer, Refused) and str(log) in answer.message):
            rmtree(folder, ignore_errors=True)
    if isinstance(answer, Refused):
        raise NoAnswer(answer.message)
    return answer


async def _ask(question: Question, log: Path, say: Callable[[Phase], None]) -> Answer:
    inspector = Inspector(log)
    try:
        last: Answer = Refused("the inspector gave no answer")
        async for answer in inspector.ask(question):
            if isinstance(answer, Phase):
                say(answer)
            else:
                last = answer
        return last
    finally:
        await inspector.close()
