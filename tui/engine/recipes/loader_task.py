"""A training task whose batches come from a `DataLoader`: what all families share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import mxnet as mx
from mxnet.gluon import HybridBlock
from mxnet.gluon.data import DataLoader, Dataset

from tui.engine.distribution.division import parts_of
from tui.engine.epoch_order import EpochOrder
from tui.engine.input.source import BatchSource
from tui.engine.recipes.recipe import Losses
from tui.engine.sources.built import Built


class LoaderTask:
    """A network and its training batches. `training` are the pictures as they are trained on.

    GluonCV's transforms draw from global generators, and the same seed must give the same batches:
    they run on a process's main thread, the trainer's or, from `source`, that of others.
    """

    hybridized: dict[str, bool] = {"static_alloc": True, "static_shape": True}  # noqa: RUF012
    """How the family's script hybridizes, in training and in validation."""
    draws_targets = False
    """Whether targets are drawn anew in each epoch: then they are made of `pictures`, by
    `transform`, even where the picture itself is not needed."""
    pictures: Dataset
    transform: Callable[..., Any]

    def __init__(
        self,
        built: Built,
        training: Dataset,
        batch_size: int,
        batchify: Callable[..., Any] | None = None,
    ) -> None:
        self.net = built.net
        self._ctx = built.ctx
        self._traced_to_train = False
        self.training = training
        self.batchify = batchify
        self._batch_size = batch_size
        self.order = EpochOrder(len(training), batch_size)
        self._loader = DataLoader(training, batch_sampler=self.order, batchify_fn=batchify)

    def forward(self, pictures: Any, *more: Any) -> Any:
        """The network's training pass, on pictures or what stands for them. A feature cache puts
        another in its place."""
        return self.net(pictures, *more)

    def losses(self, batch: Any) -> Losses:
        """The family's losses of a batch, on the device that the task is at."""
        raise NotImplementedError

    def losses_on(self, batch: Any, contexts: Sequence[mx.Context]) -> list[Losses]:
        """Those of the parts of a batch, each on a device. Nothing waits for a device here, so
        that all of them are at work."""
        found: list[Losses] = []
        at = self._ctx
        for ctx, part in zip(contexts, parts_of(batch, len(contexts)), strict=False):
            self._ctx = ctx
            found.append(self.losses(part))
        self._ctx = at
        return found

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch; the last may be smaller."""
        return len(self._loader)

    def batches(self, skip: int = 0) -> Iterable[Any]:
        """What the family's transform makes of pictures and labels, as the batchify function
        puts it together."""
        self.order.draw(skip)
        return self._loader

    def source(self, seed: int) -> BatchSource:
        """What reads the same batches in another process."""
        return BatchSource(self.training, self._batch_size, self.batchify, seed, self.order.share)

    def divide(self, rank: int, parts: int) -> None:
        """Take a part of each batch from here on: the others are for other processes."""
        self.order.share = rank, parts

    def train_mode(self) -> None:
        """Trace the network anew, if it has run in inference: a detector would keep returning
        detections."""
        if not self._traced_to_train:
            self._trace()
            self._traced_to_train = True

    def _trace(self) -> None:
        self._traced_to_train = False
        if isinstance(self.net, HybridBlock):
            self.net.hybridize(**self.hybridized)
