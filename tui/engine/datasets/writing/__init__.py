"""Data sets written anew, in any format. A new format is one new file and one line in `WRITERS`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tui.engine.datasets.data import Task
from tui.engine.datasets.survey import LabelledPicture, Survey
from tui.engine.datasets.writing import coco, folder, rec, voc, yolo
from tui.engine.datasets.writing.written import Writing
from tui.engine.refusal import Refusal
from tui.runs.inspection import DataConverted

WRITERS: dict[str, Callable[[Writing], None]] = {
    "voc": voc.write,
    "coco": coco.write,
    "yolo": yolo.write,
    "rec": rec.write,
    "folder": folder.write,
}
"""Each format that can be written, by the name that `thaw data convert` takes."""

TOLD = 10


def write(
    survey: Survey,
    task: Task,
    into: str,
    form: str,
    classes: Sequence[str] = (),
    say: Callable[[str], None] = lambda _: None,
) -> DataConverted:
    """Write a data set into a new folder, whole or not at all. `classes` names those that have
    only numbers.

    Raises:
        Refusal: the format cannot hold it, or the folder cannot be written.
    """
    if form not in WRITERS:
        raise Refusal(f"no format is named {form!r}; there are {', '.join(WRITERS)}")
    place = Path(into)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise Refusal(f"{into}: is there already; name a folder that is not")
    if not survey.pictures:
        because = f" ({survey.problems[0].line})" if survey.problems else ""
        raise Refusal(f"there is no usable picture to write{because}")
    survey = _renamed(survey, tuple(classes)) if classes else survey
    survey, crowds = _without_crowds(survey)
    temporary = place.parent / f".{place.name}.{os.getpid()}"
    try:
        temporary.mkdir(parents=True)
        writing = Writing(temporary, survey, task, say)
        if crowds:
            writing.left_out.append(f"{crowds} crowds, or objects to be ignored")
        WRITERS[form](writing)
        if place.is_dir():
            place.rmdir()
        os.replace(temporary, place)
    except OSError as error:
        where = error.filename or into
        raise Refusal(f"{where}: {(error.strerror or str(error)).lower()}") from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    left_out = tuple(writing.left_out[:TOLD])
    if len(writing.left_out) > TOLD:
        left_out += (f"and {len(writing.left_out) - TOLD} more",)
    done = writing.done
    return DataConverted(into, form, done["train"], done["val"], writing.boxes, left_out)


def _without_crowds(survey: Survey) -> tuple[Survey, int]:
    """The survey without them, and how many there are."""
    crowds = sum(one.crowd for picture in survey.pictures for one in picture.objects)
    if not crowds:
        return survey, 0

    def plain(picture: LabelledPicture) -> LabelledPicture:
        return replace(picture, objects=tuple(one for one in picture.objects if not one.crowd))

    train, validation = (list(map(plain, part)) for part in (survey.train, survey.validation))
    return replace(survey, train=train, validation=validation), crowds


def _renamed(survey: Survey, classes: tuple[str, ...]) -> Survey:
    if not survey.numbered:
        raise Refusal("--classes names classes that have only numbers, and these have names")
    if len(classes) != len(survey.classes):
        raise Refusal(f"{len(classes)} classes are named, and there are {len(survey.classes)}")
    names = dict(zip(survey.classes, classes, strict=True))

    def renamed(picture: LabelledPicture) -> LabelledPicture:
        objects = tuple(replace(one, name=names[one.name]) for one in picture.objects)
        category = None if picture.category is None else names[picture.category]
        present = tuple(names[name] for name in picture.present)
        return replace(picture, objects=objects, category=category, present=present)

    return replace(
        survey,
        classes=classes,
        numbered=False,
        train=[renamed(picture) for picture in survey.train],
        validation=[renamed(picture) for picture in survey.validation],
    )
