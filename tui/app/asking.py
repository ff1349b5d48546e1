"""A question about the open model, and its one answer."""

from __future__ import annotations

from msgspec import MsgspecError

from tui.model.source import ModelSource
from tui.runs.inspection import Answer, NothingOpen, OpenModel, Phase, Question, Refused
from tui.runs.inspector import Inspector


async def ask_about(inspector: Inspector, source: ModelSource, question: Question) -> Answer:
    """Ask about a model. An inspector that has ended since, and was started again, opens it
    first. What goes wrong is an answer too: `Refused`."""
    try:
        answer = await _last(inspector, question)
        if isinstance(answer, NothingOpen):
            answer = await _last(inspector, OpenModel(source))
            if not isinstance(answer, Refused):
                answer = await _last(inspector, question)
    except (OSError, MsgspecError) as error:
        return Refused(f"the inspector could not be asked: {error}")
    return answer


async def _last(inspector: Inspector, question: Question) -> Answer:
    answer: Answer = Refused("the inspector gave no answer")
    async for answer in inspector.ask(question):
        if not isinstance(answer, Phase):
            break
    return answer
