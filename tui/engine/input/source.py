"""All that it takes to read a run's training batches, in whatever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mxnet.gluon.data import Dataset
from mxnet.gluon.data.dataloader import default_batchify_fn

from tui.engine.epoch_order import EpochOrder
from tui.engine.seeding import seed_everything


@dataclass
class BatchSource:
    """Reads any batch by its epoch (from 1) and number (from 0), without those before it.

    It gives what the task's own loader gives in the trainer: the order and the first batch draw
    from the epoch's stream, each other batch from one of its own.
    """

    pictures: Dataset
    batch_size: int
    batchify: Callable[..., Any] | None
    seed: int = 0
    _order: EpochOrder = field(init=False)
    _epoch: int = 0

    def __post_init__(self) -> None:
        self._order = EpochOrder(len(self.pictures), self.batch_size)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._order)

    def read(self, epoch: int, number: int) -> Any:
        """One batch. Seeds the generators of this process.

        Raises:
            Refusal: too many pictures cannot be read.
        """
        if epoch != self._epoch or not number:
            seed_everything(self.seed, epoch)
            self._order.draw()
            self._epoch = epoch
        if number:
            seed_everything(self.seed, epoch, number)
        pictures = self._order.pictures_of(number)
        return (self.batchify or default_batchify_fn)([self.pictures[one] for one in pictures])
