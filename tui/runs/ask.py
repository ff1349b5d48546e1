"""One question to an inspector, without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tui.runs.inspection import Answer, Phase, Question, Refused
from tui.runs.inspector import Inspector


class NoAnswer(RuntimeError):
    """The inspector refused; the message is its one line."""


def ask(question: Question, say: Callable[[str], None] = lambda _: None) -> Answer:
    """Start an inspector, ask, and return its answer. `say` hears what it is about to do.

    Raises:
        NoAnswer: it refused.
    """
    with TemporaryDirectory(prefix="thaw-") as folder:
        answer = asyncio.run(_ask(question, Path(folder) / "inspector.log", say))
    if isinstance(answer, Refused):
        raise NoAnswer(answer.message)
    return answer


async def _ask(question: Question, log: Path, say: Callable[[str], None]) -> Answer:
    inspector = Inspector(log)
    try:
        last: Answer = Refused("the inspector gave no answer")
        async for answer in inspector.ask(question):
            if isinstance(answer, Phase):
                say(answer.doing)
            else:
                last = answer
        return last
    finally:
        await inspector.close()
