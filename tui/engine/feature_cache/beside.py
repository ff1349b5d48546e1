"""What is kept of a picture beside its features, so that it need not be read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mxnet as mx
import numpy as np

from tui.engine.recipes.loader_task import LoaderTask

NO_FORM = "the labels of this data are of no form that can be kept"
"""Why nothing is kept where something beside a picture is no array of numbers."""


class Beside:
    """Samples of a task, taken apart and put together again: targets, or where those are drawn
    anew in each epoch, the labels and the picture's size that they are drawn from."""

    def __init__(self, task: LoaderTask) -> None:
        self._task = task
        self._kinds: tuple[type, ...] = ()

    def sample(self, index: int) -> tuple[Any, list[np.ndarray]]:
        """A picture and its targets, and what is to be kept of it beside its features."""
        if not self._task.draws_targets:
            sample = self._task.training[index]
            kinds = tuple(type(one) for one in sample[1:])
            beside = [_as_numpy(one) for one in sample[1:]]
        else:
            raw = self._task.pictures[index]
            sample = self._task.transform(*raw)
            kinds = tuple(type(one) for one in raw[1:])
            beside = [np.array(raw[0].shape), *(_as_numpy(one) for one in raw[1:])]
        self._kinds = kinds
        return sample, beside

    def without_picture(self, beside: list[np.ndarray]) -> Any:
        """A sample whose picture has nothing on it."""
        if not self._task.draws_targets:
            return (mx.nd.zeros(1), *_restored(beside, self._kinds))
        shape, *label = beside
        nothing = mx.nd.zeros(tuple(int(side) for side in shape), dtype="uint8")
        return self._task.transform(nothing, *_restored(label, self._kinds))


def can_be_kept(beside: Sequence[np.ndarray]) -> bool:
    """Whether all of it can be written as numbers."""
    return not any(array.dtype.hasobject for array in beside)


def _as_numpy(one: Any) -> np.ndarray:
    if isinstance(one, mx.nd.NDArray):
        return one.asnumpy()
    try:
        return np.asarray(one)
    except ValueError:  # NumPy 1.24 and later, of lists that are not all of one length
        return np.array(None)


def _restored(arrays: Sequence[np.ndarray], kinds: Sequence[type]) -> list[Any]:
    """Arrays as the kinds of things that they were."""
    found: list[Any] = []
    for array, kind in zip(arrays, kinds, strict=True):
        if issubclass(kind, mx.nd.NDArray):
            found.append(mx.nd.array(array, dtype=array.dtype))
        elif issubclass(kind, np.ndarray):
            found.append(np.array(array))
        else:
            found.append(kind(array))
    return found
