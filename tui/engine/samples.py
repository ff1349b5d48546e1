"""After each validation, a few pictures with what is predicted and what is true drawn on them.

They are the same pictures each time, so that a person sees them get better. A sample costs a
forward pass a picture, and is nothing that a run may fail by.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mxnet as mx
import numpy as np

from tui.engine.datasets.data import Data, Task
from tui.engine.predictors.drawing import areas, drawn
from tui.engine.predictors.joints import JointsPredictor
from tui.engine.predictors.predicted import Predicted, PredictedObject, Predictor
from tui.engine.refusal import in_one_line
from tui.runs.events import Event, Notice, Sampled, SampledPicture
from tui.runs.folder import RunFolder

COUNT = 4
"""Pictures of a sample."""
WITHIN = (480, 360)
"""Width and height, in pixels, that each is fitted into."""
SMALL = (64, 48)
"""The same for half blocks in a terminal: thin lines would not outlast being made so small."""
NAMED = 4
"""Objects that a caption names."""
KEPT = 10
"""Samples of a run; older ones are removed."""
THRESHOLD = 0.3
"""The least score of an object that is drawn: early in a run nothing is sure."""
NO_CLASS = 255

logger = logging.getLogger(__name__)


@dataclass
class Samples:
    """The samples of one run. The network must be as a validation leaves it."""

    folder: RunFolder
    predictor: Predictor
    data: Data
    task: Task
    emit: Callable[[Event], None]
    _told: bool = False

    def write(self, step: int) -> None:
        """Write the sample after `step` steps. Where that fails, the run goes on, with a notice,
        the first time."""
        try:
            pictures = self._write(step)
        except Exception as error:  # whatever it is, no run is worth less than its pictures
            logger.exception("no sample")
            if not self._told:
                self._told = True
                self.emit(
                    Notice(
                        f"no sample of pictures could be written at step {step}: {_why(error)}; "
                        "the run goes on"
                    )
                )
            return
        if pictures:
            self.emit(Sampled(step, pictures))

    def _write(self, step: int) -> tuple[SampledPicture, ...]:
        home = self.folder.samples
        home.mkdir(exist_ok=True)
        for left in home.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        path = home / f"{step:08d}"
        temporary = home / f".{path.name}.{os.getpid()}"
        told = []
        try:
            temporary.mkdir()
            for number, index in enumerate(self._places(), 1):
                item = self.data.validation[index]
                image, small, caption = self._drawn(item)
                names = f"{number}.png", f"{number}.small.png"
                for name, one in zip(names, (image, small), strict=True):
                    one.save(temporary / name)
                places = [str((path / name).relative_to(self.folder.path)) for name in names]
                told.append(SampledPicture(places[0], caption, places[1]))
            shutil.rmtree(path, ignore_errors=True)
            os.replace(temporary, path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        for old in sorted(one for one in home.glob("*") if one.name.isdecimal())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
        return tuple(told)

    def _places(self) -> list[int]:
        """Where the pictures stand, spread over all."""
        length = len(self.data.validation)
        count = min(COUNT, length)
        return [number * length // count for number in range(count)]

    def _drawn(self, item: Sequence[Any]) -> tuple[Any, Any, str]:
        classes = self.data.classes
        true = true_of(item, self.task, classes)
        if isinstance(self.predictor, JointsPredictor):  # as a validation cuts the object out
            found = self.predictor.predict(item[0], THRESHOLD, box=tuple(item[1]["bbox"]))
        else:
            found = self.predictor.predict(item[0], THRESHOLD)
        pixels = item[0].asnumpy()
        image, small = (
            drawn(pixels, found, classes, true=true, within=within) for within in (WITHIN, SMALL)
        )
        return image, small, caption_of(found, true, classes)


def true_of(item: Sequence[Any], task: Task, classes: Sequence[str]) -> Predicted:
    """What a data set says of a picture: an item as `Data` has it."""
    if task == "classification":
        return Predicted(ranked=((classes[int(item[1])], None),))
    if task == "segmentation":
        mask = item[1].asnumpy() if isinstance(item[1], mx.nd.NDArray) else np.asarray(item[1])
        return Predicted(mask=np.where(mask < 0, NO_CLASS, mask).astype(np.uint8))
    if task in ("detection", "instance segmentation"):
        return Predicted(
            tuple(
                PredictedObject(classes[int(row[4])], None, tuple(map(float, row[:4])))  # type: ignore[arg-type]
                for row in np.asarray(item[1])
            )
        )
    label = item[1]
    joints = tuple((float(x), float(y), bool(seen)) for x, y, seen in _places_of(label))
    box = tuple(map(float, label["bbox"]))
    return Predicted((PredictedObject(classes[0], None, box, joints=joints),))  # type: ignore[arg-type]


def _places_of(label: Any) -> Sequence[Sequence[float]]:
    """x, y and whether it is labelled, of each joint."""
    joints = np.asarray(label["joints_3d"])
    return np.column_stack([joints[:, :2, 0], joints[:, 0, 1] > 0]).tolist()


def caption_of(found: Predicted, true: Predicted, classes: Sequence[str]) -> str:
    """What is predicted of a picture, and what is true, in words."""
    if found.mask is not None and true.mask is not None:
        counted = true.mask != NO_CLASS
        right = float((found.mask == true.mask)[counted].mean()) if counted.any() else 0.0
        words = [
            _listed([f"{name} {share:.0%}" for name, share in areas(mask, classes)])
            for mask in (found.mask, true.mask)
        ]
        return f"{right:.0%} of the pixels right; predicted: {words[0]}; true: {words[1]}"
    return f"predicted: {_in_words(found)}; true: {_in_words(true)}"


def _in_words(one: Predicted) -> str:
    if one.ranked:
        name, score = one.ranked[0]
        return name if score is None else f"{name} {score:.2f}"
    if any(found.joints for found in one.objects):
        seen = sum(seen for found in one.objects for _, _, seen in found.joints)
        return f"{seen} joint{'s' * (seen != 1)}"
    scored = [f"{found.name} {found.score:.2f}" for found in one.objects if found.score is not None]
    counts = Counter(found.name for found in one.objects if found.score is None)
    named = [name if count == 1 else f"{count} {name}" for name, count in counts.items()]
    return _listed([*scored, *named])


def _listed(words: Sequence[str]) -> str:
    more = len(words) - NAMED
    shown = ", ".join(words[:NAMED]) or "nothing"
    return f"{shown} and {more} more" if more > 0 else shown


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or in_one_line(error)).lower()
