"""A batch that has features in the place of pictures, or is to leave some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mxnet as mx
import numpy as np

from tui.engine.feature_cache.split import Split
from tui.engine.feature_cache.store import Row


@dataclass(frozen=True)
class Features:
    """What stands in a batch for its pictures: the shape that they had, B×3×H×W, and what the
    frozen side made of them. It goes to a device as an array does."""

    shape: tuple[int, ...]
    arrays: tuple[mx.nd.NDArray, ...]

    def __getitem__(self, pictures: slice) -> Features:
        """Those of some of the pictures."""
        arrays = tuple(array[pictures] for array in self.arrays)
        return Features((arrays[0].shape[0], *self.shape[1:]), arrays)

    def as_in_context(self, ctx: mx.Context) -> Features:
        """The same, on a device."""
        return Features(self.shape, tuple(array.as_in_context(ctx) for array in self.arrays))


@dataclass(frozen=True)
class CachedBatch:
    """A batch of a recipe's, `inner`; the pictures that it is of, and what is to be kept of each
    beside its features. `split` is whose features it has; None where it has pictures."""

    rows: tuple[Row, ...]
    inner: Any
    beside: tuple[list[np.ndarray], ...] = ()
    split: Split | None = None
