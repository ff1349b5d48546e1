"""A mask painted from the outlines of objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.survey import LabelledObject, written_down

BACKGROUND = "background"
"""What is no object, and the class of number 0."""


@dataclass(frozen=True)
class PaintedMask:
    """Later objects lie over earlier ones. `indices` are the numbers of the classes."""

    width: int
    height: int
    objects: Sequence[LabelledObject]
    indices: Mapping[str, int] = field(hash=False)

    @property
    def present(self) -> tuple[str, ...]:
        """The classes that it shows."""
        return (BACKGROUND, *dict.fromkeys(one.name for one in self.objects if one.polygons))

    @property
    def known_by(self) -> bytes:
        """The objects that it is painted from."""
        return written_down(self.objects)

    def read(self) -> npt.NDArray[np.uint8]:
        """Height×width of class numbers, 0 where no object is."""
        from pycocotools import mask as runs

        painted = np.zeros((self.height, self.width), np.uint8)
        for one in self.objects:
            if one.polygons:
                outlines = runs.frPyObjects(
                    [list(p) for p in one.polygons], self.height, self.width
                )
                painted[runs.decode(runs.merge(outlines)).astype(bool)] = self.indices[one.name]
        return painted
