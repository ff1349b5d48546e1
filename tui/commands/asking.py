"""One question to an inspector, and a model opened without a screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.commands.problem import Problem

if TYPE_CHECKING:
    from tui.model.source import ModelSource
    from tui.model.tree import ModelTree
    from tui.runs.inspection import Answer, Opened, Phase, Question


def answer_to(question: Question, hear: Callable[[Phase], None] = lambda _: None) -> Answer:
    """The inspector's answer; what it refuses is a problem. `hear` is told what it is doing."""
    from tui.runs.ask import NoAnswer, ask

    try:
        return ask(question, hear)
    except NoAnswer as error:
        raise Problem(str(error)) from None


def opened_model(source: ModelSource) -> tuple[Opened, ModelTree]:
    """The model as its inspector describes it, and its tree."""
    from tui.model.tree import ModelTree
    from tui.runs.inspection import Opened, OpenModel

    opened = answer_to(OpenModel(source))
    assert isinstance(opened, Opened)
    return opened, ModelTree(opened.model)
