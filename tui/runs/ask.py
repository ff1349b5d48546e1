"""Questions to an inspector, without a screen."""

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


class Asking:
    """An inspector that is asked one question after the other; it ends with the block:

        with Asking(say) as asking:
            opened = asking.ask(OpenModel(source))

    `say` hears what it is about to do.
    """

    def __init__(self, say: Callable[[Phase], None] = lambda _: None) -> None:
        self._say = say
        self._loop = asyncio.new_event_loop()
        self._folder = Path(mkdtemp(prefix="thaw-"))
        self._log = self._folder / "inspector.log"
        self._inspector = Inspector(self._log)
        self._keep_log = False

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._loop.run_until_complete(self._inspector.close())
        finally:
            self._loop.close()
            if not self._keep_log:
                rmtree(self._folder, ignore_errors=True)

    def ask(self, question: Question) -> Answer:
        """The answer to a question.

        Raises:
            NoAnswer: it refused.
        """
        answer = self._loop.run_until_complete(self._ask(question))
        if isinstance(answer, Refused):
            # An answer that sends people to the log leaves it there.
            self._keep_log |= str(self._log) in answer.message
            raise NoAnswer(answer.message)
        return answer

    async def _ask(self, question: Question) -> Answer:
        last: Answer = Refused("the inspector gave no answer")
        async for answer in self._inspector.ask(question):
            if isinstance(answer, Phase):
                self._say(answer)
            else:
                last = answer
        return last


def ask(question: Question, say: Callable[[Phase], None] = lambda _: None) -> Answer:
    """Start an inspector, ask, and return its answer. `say` hears what it is about to do.

    Raises:
        NoAnswer: it refused.
    """
    with Asking(say) as asking:
        return asking.ask(question)
