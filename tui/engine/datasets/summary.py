"""What lies at a data path, as it is told to people."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.datasets.data import Data, Problem
from tui.engine.datasets.survey import Survey, boxes_of, counts
from tui.runs.inspection import DataSummary, ProblemKind

TOLD = 10
"""How many problems, and of each kind how many places, are told in words."""


def summary_of_data(path: str, data: Data) -> DataSummary:
    """A data set as a model's recipe reads it."""
    return DataSummary(
        path=path,
        kind=data.kind,
        train=len(data.train),
        validation=len(data.validation),
        split=data.split,
        classes=data.classes,
        counts=data.counts,
        problems=tuple(problem.line for problem in data.problems[:TOLD]),
        problem_count=len(data.problems),
        kinds=problem_kinds(data.problems),
        boxes=data.boxes,
    )


def summary_of_survey(path: str, survey: Survey) -> DataSummary:
    """A data set before any model is known."""
    train, validation = counts(survey.train), counts(survey.validation)
    classes = survey.classes
    problems = [*survey.problems, *_also(survey)]
    return DataSummary(
        path=path,
        kind=survey.kind,
        train=len(survey.train),
        validation=len(survey.validation),
        split=survey.split,
        classes=classes,
        counts=tuple(train[name] for name in classes),
        problems=tuple(problem.line for problem in problems[:TOLD]),
        problem_count=len(problems),
        kinds=problem_kinds(problems),
        boxes=boxes_of(survey.pictures),
        validation_counts=tuple(validation[name] for name in classes),
        tasks=survey.tasks,
        numbered=survey.numbered,
    )


def problem_kinds(problems: Sequence[Problem]) -> tuple[ProblemKind, ...]:
    """Problems by kind, the most frequent first."""
    by_kind: dict[str, list[str]] = {}
    for problem in problems:
        by_kind.setdefault(problem.kind, []).append(problem.line)
    return tuple(
        ProblemKind(kind, len(lines), tuple(lines[:TOLD]))
        for kind, lines in sorted(by_kind.items(), key=lambda item: -len(item[1]))
    )


def _also(survey: Survey) -> list[Problem]:
    """What only the whole shows."""
    found = [
        Problem("picture without a label", picture.name, "nothing is labelled")
        for picture in survey.pictures
        if not boxes_of([picture]) and picture.category is None and picture.mask is None
    ]
    train = counts(survey.train)
    found += [
        Problem("class without examples", name, "no training example")
        for name in survey.classes
        if not train[name]
    ]
    if not survey.validation:
        found.append(Problem("no validation part", "", "no picture can be used for validation"))
    return found
