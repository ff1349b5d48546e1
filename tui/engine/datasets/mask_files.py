"""Masks in PNG files: the class of every pixel as a palette's index, or as a grey value."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.pictures import LARGEST, Looked, picture_problem

IGNORED = 255


@dataclass(frozen=True)
class MaskFile:
    """A mask in a file of its own."""

    path: Path

    @property
    def known_by(self) -> Path:
        """The file."""
        return self.path

    def read(self) -> npt.NDArray[np.uint8]:
        """Height×width of values.

        Raises:
            OSError: it cannot be read.
        """
        from PIL import Image

        with Image.open(self.path) as mask:
            return np.array(mask, dtype=np.uint8)


def look_at_mask(path: Path, picture: Looked) -> tuple[str | None, tuple[int, ...]]:
    """Why a file is no mask of a picture, or None; and its values but for 255."""
    from PIL import Image

    problem = picture_problem(path)
    if problem:
        return problem, ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mask = Image.open(path)
        if mask.mode not in ("P", "L", "1"):
            return f"colours ({mask.mode}) instead of class numbers", ()
        if mask.size != (picture.width, picture.height):
            width, height = mask.size
            return f"{width}×{height}, the picture {picture.width}×{picture.height}", ()
        assert mask.width * mask.height <= LARGEST
        values = np.asarray(mask)
    except Exception:  # Pillow raises what it likes
        return "no whole PNG", ()
    return None, tuple(int(value) for value in np.unique(values) if value != IGNORED)
