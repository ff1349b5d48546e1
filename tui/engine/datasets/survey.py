"""A data set as it lies there, before any model is known: pictures, what is labelled on them,
the two parts, and what is wrong."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.data import Problem, Task
from tui.engine.seeding import generator

Box = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax in pixels from 0, as GluonCV counts them: a box of one pixel has no
extent, and one as wide as the picture ends at its width less 1."""

Runs = tuple[int, int, bytes]
"""A mask's height and width, and its runs as pycocotools writes them."""

KEPT_FOR_VALIDATION = 5
"""Of this many pictures one is kept, where the data set has no validation part of its own."""
SEED = 0


class PictureSource(Protocol):
    """Where a picture's bytes are. `turn` is the EXIF orientation that it is to be turned by
    (1: none)."""

    @property
    def turn(self) -> int:
        """EXIF orientation, 1 to 8."""
        ...

    @property
    def known_by(self) -> Path | bytes:
        """What changes when the picture does: the file that it lies in, of which size and time are
        looked at, or, without one, bytes that say what it is made from."""
        ...

    def encoded(self) -> bytes:
        """The bytes of a whole JPEG, PNG or BMP.

        Raises:
            OSError: they cannot be had.
        """
        ...


class MaskSource(Protocol):
    """Where the class of every pixel is."""

    @property
    def known_by(self) -> Path | bytes:
        """As a picture's."""
        ...

    def read(self) -> npt.NDArray[np.uint8]:
        """Height×width: an index into the survey's classes; 255 is nothing to learn from.

        Raises:
            OSError: it cannot be read.
        """
        ...


@dataclass(frozen=True)
class LabelledObject:
    """One object: its class by name and its box. `polygons` are its outline, each x, y, x, y, …,
    where the task is one of `OUTLINED`; `keypoints` are (x, y, visible) in the data set's order.

    A `crowd` is many of its class under one label, or is to be ignored: nothing to learn from, and
    in validation nothing that is found on it counts. Its outline may be `runs` instead."""

    name: str
    box: Box
    difficult: bool = False
    polygons: tuple[tuple[float, ...], ...] = ()
    keypoints: tuple[tuple[float, float, int], ...] = ()
    crowd: bool = False
    runs: Runs | None = None


@dataclass(frozen=True)
class LabelledPicture:
    """A picture and what is labelled on it. `width` and `height` are as it is read, turned.
    `category` is the class of the whole, where that is what is labelled, `present` are the classes
    that its mask shows."""

    name: str
    source: PictureSource
    width: int
    height: int
    objects: tuple[LabelledObject, ...] = ()
    category: str | None = None
    mask: MaskSource | None = None
    present: tuple[str, ...] = ()


@dataclass
class Survey:
    """A data set in two parts. `tasks` is what it can be used for, the likeliest first; `numbered`
    says that its classes have numbers only, and no names; `joints` are the names of an object's
    keypoints, in their order."""

    kind: str
    tasks: tuple[Task, ...]
    classes: tuple[str, ...]
    train: list[LabelledPicture]
    validation: list[LabelledPicture]
    split: str
    problems: list[Problem] = field(default_factory=list)
    numbered: bool = False
    joints: tuple[str, ...] = ()

    @property
    def pictures(self) -> list[LabelledPicture]:
        """Those of both parts."""
        return [*self.train, *self.validation]


def written_down(objects: Iterable[LabelledObject]) -> bytes:
    """Objects as bytes, the same for the same ones."""
    found: list[object] = []
    outlines = array("d")  # the most of it, where there are some, and by far the fastest so
    for one in objects:
        found += [one.name, one.box, one.difficult, one.crowd, one.keypoints, one.runs]
        for polygon in one.polygons:
            found.append(len(polygon))
            outlines.extend(polygon)
    return repr(found).encode() + outlines.tobytes()


def boxes_of(pictures: Iterable[LabelledPicture]) -> int:
    """How many objects are labelled, but for crowds."""
    return sum(not one.crowd for picture in pictures for one in picture.objects)


def counts(pictures: Iterable[LabelledPicture]) -> Counter[str]:
    """How often each class is labelled, by name: objects, but for crowds, or pictures that show
    it."""
    found: Counter[str] = Counter()
    for picture in pictures:
        if picture.category is not None:
            found[picture.category] += 1
        found.update(picture.present)
        found.update(one.name for one in picture.objects if not one.crowd)
    return found


def divided(
    pictures: Sequence[LabelledPicture],
) -> tuple[list[LabelledPicture], list[LabelledPicture], str]:
    """A fifth of the pictures for validation, drawn with a seed, and how to say so. Pictures of
    each whole-picture class are drawn apart, so that each has its share."""
    groups: dict[str | None, list[int]] = {}
    for index, picture in enumerate(pictures):
        groups.setdefault(picture.category, []).append(index)
    kept: set[int] = set()
    chance = generator(SEED)
    for indices in groups.values():
        order = chance.permutation(len(indices))
        kept.update(indices[place] for place in order[: len(indices) // KEPT_FOR_VALIDATION])
    if not kept and len(pictures) > 1:
        kept.add(int(chance.randint(len(pictures))))
    return (
        [picture for index, picture in enumerate(pictures) if index not in kept],
        [picture for index, picture in enumerate(pictures) if index in kept],
        f"a fifth kept for validation, drawn with seed {SEED}",
    )
