"""The order of an epoch: which pictures make up which batch, drawn before the first is read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


class EpochOrder:
    """A batch sampler for a `DataLoader` whose order is drawn by `draw`, all of it at once, from
    NumPy's global generator, as Gluon's `RandomSampler` does. The last batch may be smaller."""

    def __init__(self, pictures: int, batch_size: int) -> None:
        self._pictures = pictures
        self._batch_size = batch_size
        self._batches: list[list[int]] = []

    def draw(self, skip: int = 0) -> None:
        """Draw an epoch's order; the first `skip` batches are left out of what is iterated."""
        order = np.arange(self._pictures)
        np.random.shuffle(order)
        starts = range(skip * self._batch_size, self._pictures, self._batch_size)
        self._batches = [order[start : start + self._batch_size].tolist() for start in starts]

    def pictures_of(self, number: int) -> list[int]:
        """The pictures of one of the batches that were drawn."""
        return self._batches[number]

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self._batches)

    def __len__(self) -> int:
        """Batches in a whole epoch."""
        return -(-self._pictures // self._batch_size)
