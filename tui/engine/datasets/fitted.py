"""A survey made into what a recipe takes: the classes are the model's, by their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui.engine.datasets.data import Data, Problem, Task
from tui.engine.datasets.labelled import FORMS
from tui.engine.datasets.skipped import SkippedPictures, most_unreadable
from tui.engine.datasets.survey import (
    LabelledObject,
    LabelledPicture,
    Survey,
    boxes_of,
    counts,
)
from tui.engine.refusal import Refusal

LACKING: dict[Task, tuple[str, str]] = {
    "detection": ("picture without objects", "no labelled object"),
    "classification": ("picture without a class", "no class"),
    "segmentation": ("picture without a mask", "no mask"),
    "instance segmentation": ("picture without outlines", "no object with an outline"),
    "pose": ("picture without keypoints", "no object with keypoints"),
}
"""What a picture lacks that a task cannot use, as a kind of problem and in words. Pictures on
which nothing is are for the validation of what looks for objects, all the same."""


def fitted(path: str, survey: Survey, task: Task, classes: tuple[str, ...]) -> Data:
    """Pictures with the model's class numbers.

    Raises:
        Refusal: a class that the model does not name, a part without a usable picture, or too many
            pictures that cannot be read.
    """
    problems = list(survey.problems)
    if task == "pose":
        # A pose network tells joints apart, not classes: it takes every object that has some.
        classes = survey.classes
    if task == "classification" and not classes:
        # A network of one's own, which names none: those of the data, in their order.
        classes = survey.classes
    indices = _indices(path, survey, task, classes)
    parts = [
        _usable(part, task, problems, indices if measured else None)
        for part, measured in ((survey.train, False), (survey.validation, True))
    ]
    for name, part in zip(("training", "validation"), parts, strict=True):
        if not any(map(_has_label, part)):
            because = f" ({problems[0].line})" if problems else ""
            raise Refusal(f"{path}: no usable picture for {name}{because}")
    _refuse_unreadable(path, problems, len(survey.pictures))
    labelled = counts(parts[0])
    counted: Counter[int] = Counter()
    for name, count in labelled.items():
        if name in indices:
            counted[indices[name]] += count
    problems += [
        Problem("class without examples", name, "no training picture")
        for index, name in enumerate(classes)
        if task == "classification" and not counted[index]
    ]
    skipped = SkippedPictures()
    train, validation = (FORMS[task](part, indices, classes, skipped) for part in parts)
    return Data(
        kind=survey.kind,
        classes=classes,
        train=train,
        validation=validation,
        split=survey.split,
        counts=tuple(counted[index] for index in range(len(classes))),
        problems=problems,
        boxes=sum(map(boxes_of, parts)),
        skipped=skipped,
        joints=survey.joints,
        labelled=parts[0],
    )


def _indices(path: str, survey: Survey, task: Task, classes: tuple[str, ...]) -> dict[str, int]:
    """The model's number of each class of the survey, in the survey's order."""
    if survey.numbered:
        if len(survey.classes) > len(classes):
            raise Refusal(
                f"{path}: classes are numbered here, from 0 to {len(survey.classes) - 1}, and the "
                f"model tells {len(classes)} apart: name all with --classes, in their order"
            )
        return {name: number for number, name in enumerate(survey.classes)}
    used = counts(survey.pictures)
    known = (
        survey.classes if task == "segmentation" else tuple(n for n in survey.classes if used[n])
    )
    known = (*known, *(name for name in used if name not in known))
    found = {name: _index_of(name, classes) for name in known}
    unknown = [name for name, index in found.items() if index is None]
    if unknown:
        raise Refusal(_unknown(path, survey, task, classes, unknown, used))
    return {name: index for name, index in found.items() if index is not None}


def _index_of(name: str, classes: tuple[str, ...]) -> int | None:
    if name in classes:
        return classes.index(name)
    folded = [known.casefold() for known in classes]
    return folded.index(name.casefold()) if folded.count(name.casefold()) == 1 else None


def _unknown(
    path: str,
    survey: Survey,
    task: Task,
    classes: tuple[str, ...],
    unknown: Sequence[str],
    used: Counter[str],
) -> str:
    if task == "classification":
        what = f"folders that are no class of the model: {', '.join(unknown[:5])}"
    else:
        first: dict[str, str] = {}
        for picture in survey.pictures:
            for one in picture.objects:
                first.setdefault(one.name, picture.name)
        what = "labels that the model's classes do not name: " + ", ".join(
            f"{name or '(no name)'} ({used[name]}, first in {first[name]})"
            if name in first
            else name
            for name in sorted(unknown, key=lambda name: -used[name])[:5]
        )
    more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
    given = f"the classes are {', '.join(classes[:5])}" if classes else "the model names none"
    if len(classes) > 5:
        given += f" and {len(classes) - 5} more"
    names = survey.classes[:20]
    return (
        f"{path}: {what}{more}; {given}; open it with "
        f"--classes {','.join(names)}{',…' if len(survey.classes) > 20 else ''}"
    )


def _usable(
    part: Sequence[LabelledPicture],
    task: Task,
    problems: list[Problem],
    measured: Mapping[str, int] | None,
) -> list[LabelledPicture]:
    """The pictures of a part that serve; `measured` are the classes of one for validation."""
    kind, words = LACKING[task]
    kept: list[LabelledPicture] = []
    for picture in part:
        usable = _for_task(picture, task, measured)
        if usable is None:
            problems.append(Problem(kind, picture.name, f"{words}; left out"))
        else:
            kept.append(usable)
    return kept


def _has_label(picture: LabelledPicture) -> bool:
    if picture.category is not None or picture.mask is not None:
        return True
    return not all(one.crowd for one in picture.objects)


def _for_task(
    picture: LabelledPicture, task: Task, measured: Mapping[str, int] | None
) -> LabelledPicture | None:
    if task == "classification":
        return picture if picture.category is not None else None
    if task == "segmentation":
        return picture if picture.mask is not None else None
    serving = (one for one in picture.objects if _serves(one, task))
    objects = tuple(one for one in serving if not one.crowd or one.name in (measured or ()))
    # Where nothing is there is nothing to learn, but in validation something to find wrong.
    nothing = all(one.crowd for one in picture.objects)
    empty = nothing and measured is not None and task != "pose"
    return replace(picture, objects=objects) if objects or empty else None


def _serves(one: LabelledObject, task: Task) -> bool:
    if task == "instance segmentation":
        return bool(one.polygons or one.runs)
    if task == "pose":
        return any(visible for _, _, visible in one.keypoints)
    return True


def _refuse_unreadable(path: str, problems: Sequence[Problem], usable: int) -> None:
    unreadable = [problem for problem in problems if problem.picture]
    pictures = usable + len(unreadable)
    if len(unreadable) > most_unreadable(pictures):
        raise Refusal(
            f"{path}: {len(unreadable)} of {pictures} pictures cannot be read, too many to go on "
            f"without ({unreadable[0].line}); thaw data names them by kind"
        )
