"""All that it takes to read a run's training batches, in whatever process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mxnet.gluon.data import Dataset
from mxnet.gluon.data.dataloader import default_batchify_fn

from tui.engine.epoch_order import EpochOrder
from tui.engine.seeding import of_batch, seed_everything


@dataclass
class BatchSource:
    """Reads any batch by its epoch (from 1) and number (from 0), without those before it.

    It gives what `BatchReader` has of the task's own loader in the trainer, and draws as that
    does. `share` is which part of a batch it reads.
    """

    pictures: Dataset
    batch_size: int
    batchify: Callable[..., Any] | None
    seed: int = 0
    share: tuple[int, int] = (0, 1)
    _order: EpochOrder = field(init=False)
    _epoch: int = 0

    def __post_init__(self) -> None:
        self._order = EpochOrder(len(self.pictures), self.batch_size, self.share)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._order)

    def read(self, epoch: int, number: int) -> Any:
        """One batch; None where nothing of it is in this part. Seeds the generators of this
        process.

        Raises:
            Refusal: too many pictures cannot be read.
        """
        if epoch != self._epoch or not number:
            seed_everything(self.seed, epoch)
            self._order.draw()
            self._epoch = epoch
        rank = self.share[0]
        if number or rank:
            seed_everything(self.seed, *of_batch(epoch, number, rank))
        pictures = self._order.pictures_of(number)
        if not pictures:
            return None
        return (self.batchify or default_batchify_fn)([self.pictures[one] for one in pictures])
