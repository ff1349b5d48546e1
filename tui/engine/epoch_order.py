"""The order of an epoch: which pictures make up which batch, drawn before the first is read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tui.engine.distribution.division import bounds


class EpochOrder:
    """A batch sampler for a `DataLoader` whose order is drawn by `draw`, all of it at once, from
    NumPy's global generator, as Gluon's `RandomSampler` does. The last batch may be smaller.

    With a `share`, a number from 0 and how many there are, it is that part of it: as many of them
    make up a batch together, each with `batch_size` pictures. Of the last one a part may be empty,
    and is left out.
    """

    def __init__(self, pictures: int, batch_size: int, share: tuple[int, int] = (0, 1)) -> None:
        self.share = share
        self._pictures = pictures
        self._batch_size = batch_size
        self._batches: list[list[int]] = []

    def draw(self, skip: int = 0) -> None:
        """Draw an epoch's order; the first `skip` batches are left out of what is iterated."""
        order = np.arange(self._pictures)
        np.random.shuffle(order)
        rank, parts = self.share
        together = self._batch_size * parts
        whole = (
            order[start : start + together]
            for start in range(skip * together, self._pictures, together)
        )
        within = ((batch, bounds(len(batch), parts)[rank]) for batch in whole)
        self._batches = [batch[start:stop].tolist() for batch, (start, stop) in within]

    def pictures_of(self, number: int) -> list[int]:
        """The pictures of one of the batches that were drawn."""
        return self._batches[number]

    def __iter__(self) -> Iterator[list[int]]:
        return (batch for batch in self._batches if batch)

    def __len__(self) -> int:
        """Batches in a whole epoch."""
        return -(-self._pictures // (self._batch_size * self.share[1]))
