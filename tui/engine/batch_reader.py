"""The batches of a run, one after the other, whoever reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.engine.input.workers import BatchWorkers
from tui.engine.recipes.recipe import TrainingTask
from tui.engine.seeding import of_batch, seed_everything


class BatchReader:
    """Reads the batches of a task, or of its part where it is divided: `rank` is whose it is.

    The order of an epoch, and the first batch with it, draw from the epoch's stream, each other
    batch from one of its own; of a part that is not the first, all do. `workers` read them, where
    there are any; otherwise this does, on the thread that asks.
    """

    def __init__(self, task: TrainingTask, seed: int, rank: int = 0) -> None:
        self.workers: BatchWorkers | None = None
        self._task = task
        self._seed = seed
        self._rank = rank
        self._batches: Iterator[Any] = iter(())

    def begin(self, epoch: int, done: int = 0) -> None:
        """An epoch begins, or goes on after some of its batches."""
        # Each epoch has a stream of its own: its order depends on no epoch before it.
        seed_everything(self._seed, epoch)
        if self.workers is None:
            self._batches = iter(self._task.batches(done))

    def read(self, epoch: int, number: int) -> Any:
        """The next batch; None where it is so small that this part has nothing of it.

        Raises:
            WorkerLost: the process that was to read it is gone.
        """
        if self.workers is not None:
            return self.workers.take(epoch, number)
        if number or self._rank:
            seed_everything(self._seed, *of_batch(epoch, number, self._rank))
        return next(self._batches, None)
