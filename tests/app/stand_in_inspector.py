"""An inspector without a process: it gives the answers that it was made with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from tui.runs.inspection import Answer, Phase, Question
from tui.runs.inspector import Inspector


class StandInInspector(Inspector):
    """Answers every question with the same answers, but for kinds of question that have a reply of
    their own in `replies`. While `held` is set it stays at its phases."""

    def __init__(self, *answers: Answer, held: bool = False) -> None:
        super().__init__(Path("unused.log"))
        self._answers = answers
        self.questions: list[Question] = []
        self.closed = False
        self.go_on = asyncio.Event()
        self._held = held
        self.replies: dict[type, Callable[..., Answer]] = {}

    async def start(self) -> None:
        raise AssertionError("the stand-in starts no process")

    async def ask(self, question: Question) -> AsyncIterator[Answer]:
        self.questions.append(question)
        reply = self.replies.get(type(question))
        for answer in (reply(question),) if reply else self._answers:
            if self._held and not isinstance(answer, Phase):
                await self.go_on.wait()
            yield answer

    async def close(self) -> None:
        self.closed = True
