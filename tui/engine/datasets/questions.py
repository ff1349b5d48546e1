"""Answers about a data set, without a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from tui.engine.datasets import survey_data
from tui.engine.datasets.data import Task
from tui.engine.datasets.summary import summary_of_survey
from tui.engine.refusal import Refusal
from tui.runs.inspection import (
    ConvertData,
    DataConverted,
    DataSummary,
    PicturesDrawn,
    ShowPictures,
    SurveyData,
)


def answer_on_data(
    question: SurveyData | ShowPictures | ConvertData, say: Callable[[str], None]
) -> DataSummary | PicturesDrawn | DataConverted:
    """Answer one question.

    Raises:
        Refusal: it cannot be done.
    """
    say("reading the data")
    # What is written as COCO JSON is all that is labelled, where no task is named.
    outlines = isinstance(question, ConvertData) and question.form == "coco"
    survey = survey_data(question.path, _task(question.task), outlines=outlines)
    match question:
        case SurveyData(path):
            return summary_of_survey(path, survey)
        case ShowPictures(_, task, count, size):
            from tui.engine.datasets.drawing import draw

            return draw(survey, count, size, outlines=task == "instance segmentation")
        case ConvertData(_, into, form, _, classes):
            from tui.engine.datasets.writing import write

            task = _task(question.task) or survey.tasks[0]
            return write(survey, task, into, form, classes, say)


def _task(name: str) -> Task | None:
    if not name:
        return None
    for task in get_args(Task):
        if name == task:
            return task  # type: ignore[no-any-return]
    raise Refusal(f"no task is named {name!r}; there are {', '.join(get_args(Task))}")
