"""What the inspector has said to the training form, by question."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tui.runs.inspection import (
    Answer,
    CacheEstimate,
    CheckData,
    DataSummary,
    EstimateCache,
    Phase,
    Refused,
)
from tui.runs.inspector import Inspector

FormQuestion = CheckData | EstimateCache


class FormAnswers:
    """Each question is asked once, but for what was refused and is to be asked again. The inspector
    hears one at a time, and has to be heard out, or its answer would be taken for the next
    question's."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._answers: dict[bytes, Answer] = {}

    def data(self, question: CheckData) -> DataSummary | Refused | None:
        """What lies at a path; None where that was not asked yet."""
        answer = self._answers.get(_key(question))
        return answer if isinstance(answer, DataSummary | Refused) else None

    def estimate(self, question: EstimateCache) -> CacheEstimate | Refused | None:
        """What a feature cache would come to; None where that was not asked yet."""
        answer = self._answers.get(_key(question))
        return answer if isinstance(answer, CacheEstimate | Refused) else None

    async def ask(self, question: FormQuestion, told: Callable[[str], None]) -> None:
        """Ask, and keep the answer; `told` hears what the inspector is doing meanwhile."""
        fitting = DataSummary if isinstance(question, CheckData) else CacheEstimate
        try:
            async for answer in self._inspector.ask(question):
                if isinstance(answer, Phase):
                    told(answer.doing)
                elif isinstance(answer, fitting | Refused):
                    self._answers[_key(question)] = answer
        except (OSError, msgspec.MsgspecError) as error:
            self._answers[_key(question)] = Refused(f"the inspector could not be asked: {error}")
        self._answers.setdefault(_key(question), Refused("the inspector gave no answer; try again"))

    def forget_refusals(self) -> None:
        """What could not be done may be possible by now: it is to be asked again."""
        self._answers = {
            key: answer for key, answer in self._answers.items() if not isinstance(answer, Refused)
        }


def _key(question: FormQuestion) -> bytes:
    return msgspec.json.encode(question)
