"""One optimiser step: the gradients of one batch, or of several, looked at before they are used.

The loss of several batches is the mean that one batch of all their pictures would have: each
counts by what its recipe divides by, and so does its gradient. (Where a recipe has divided
already, as SSD's does by the matched anchors of a batch, all batches count the same.)

A batch may be divided over devices, and over processes. Then gradients are added up before they
are looked at, and a step is that of the whole batch on one device: recipes whose losses are
divided by what is in the batch say by how much it was, so that the parts count by that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
from mxnet import autograd, gluon

from tui.engine.distribution.exchange import Exchange
from tui.engine.divergence import Diverged, all_finite, why
from tui.engine.mixed_precision import loss_scale, prepare, scaled
from tui.engine.optimizer import make_trainer
from tui.engine.recipes.recipe import Losses, TrainingTask
from tui.runs.spec import Hyperparameters


@dataclass(frozen=True)
class Stepped:
    """A step that was made: its loss, the loss's parts by name, and how many pictures it took.
    `scale` is what its gradients, added up, are divided by."""

    loss: float
    parts: dict[str, float]
    pictures: int
    scale: float


@dataclass(frozen=True)
class _Pending:
    """The losses of a batch that has been sent through, and the means of the loss and of its
    parts, to be read at once."""

    losses: Losses
    means: mx.nd.NDArray


@dataclass
class Stepper:
    """Makes the steps of a task, with an optimiser of its own.

    `contexts` are the devices that batches are divided over, where there are several; `exchange`
    adds up their gradients, and those of other processes. `names` are those of the loss's parts.
    """

    task: TrainingTask
    hyper: Hyperparameters
    contexts: Sequence[mx.Context] = ()
    exchange: Exchange | None = None
    names: Sequence[str] = ()
    trainer: gluon.Trainer = field(init=False)
    _pending: list[_Pending] = field(default_factory=list)
    _used: int = 0
    """Devices that have gradients of what is pending."""

    def __post_init__(self) -> None:
        self.trainer = make_trainer(self.task.net, self.hyper)
        if self.hyper.amp:
            prepare(self.trainer)

    def add(self, batch: Any) -> int:
        """Send a batch through, forth and back. Waits for nothing. Returns how many pictures it
        had."""
        with autograd.record():
            if len(self.contexts) > 1:
                losses = self.task.losses_on(batch, self.contexts)
            else:
                losses = [self.task.losses(batch)]
            with autograd.pause():
                # Asked for before the way back, so that they are there when that is.
                self._pending += [_Pending(one, _means(one)) for one in losses]
            heads = [head for one in losses for head in self._heads(one)]
            with scaled(heads, self.trainer) as backward:
                autograd.backward(backward)
        self._used = max(self._used, len({head.context for head in heads}))
        return sum(one.pictures for one in losses)

    def step(self, step: int, learning_rate: float) -> Stepped:
        """Update the weights by what was added; `step` is its number. Where several processes
        make it together, what was added may be nothing, and what is told is of all of them.

        Raises:
            Diverged: the loss or a gradient is not finite. The weights are as they were.
            TrainerLost: a process that was to make it too is gone. The weights are as they were.
        """
        if self.exchange is None:
            stepped = self.look(step)
        else:
            stepped = self._add_up(self.exchange)
            self._refuse(step, stepped, self._all_finite())  # sums are the same on all devices
        if self.hyper.clip_norm:
            # Gradients are divided only in the update itself.
            most = self.hyper.clip_norm * stepped.scale * loss_scale(self.trainer)
            for device in range(max(1, len(self.contexts))):
                gradients = self._gradients(device)
                gluon.utils.clip_global_norm(gradients, most, check_isfinite=False)
        self.trainer.set_learning_rate(learning_rate)
        self.trainer.step(stepped.scale)
        self.clear()
        return stepped

    def look(self, step: int) -> Stepped:
        """See what was added here, for the step of this number, and that it can be used.

        Raises:
            Diverged: the loss or a gradient is not finite.
        """
        # Looked at while the way back goes on.
        finite = self._all_finite(max(1, self._used))
        stepped = self._told()
        self._refuse(step, stepped, finite)
        return stepped

    def clear(self) -> None:
        """Forget what was added."""
        self._pending.clear()
        self._used = 0
        for one in self.trainer._params:
            if one.grad_req == "add":
                one.zero_grad()

    def wait(self) -> None:
        """Wait until what was added has come back."""
        for device in range(max(1, len(self.contexts))):
            for gradient in self._gradients(device):
                gradient.wait_to_read()

    def _heads(self, losses: Losses) -> list[mx.nd.NDArray]:
        if not self._together or losses.divided_by is None:
            return losses.backward
        # Together they are divided by what all parts were divided by.
        by = losses.divided_by()
        return [one * by.as_in_context(one.context) for one in losses.backward]

    @property
    def _together(self) -> bool:
        return self.exchange is not None and self.exchange.processes > 1

    def _add_up(self, exchange: Exchange) -> Stepped:
        params = self.trainer._params
        trained = [index for index, one in enumerate(params) if one.grad_req != "null"]
        arrays = {index: params[index].list_grad() for index in trained}
        for index in trained:
            # A device that had no picture has the gradient of an earlier step.
            for data, gradient in zip(
                params[index].list_data()[self._used :], arrays[index][self._used :], strict=True
            ):
                gradient[:] = 0
                data._fresh_grad = True
        if not self._together:
            exchange.add_up(arrays)
            return self._told()
        told = self._told_in_one(params[0].list_ctx())
        arrays[len(params)] = told
        exchange.add_up(arrays)
        exchange.wait(arrays)
        scale, pictures, loss, *parts = (float(one) for one in told[0].asnumpy())
        scale = max(1.0, scale)
        by_name = {name: part / scale for name, part in zip(self.names, parts, strict=True)}
        return Stepped(loss / scale, by_name, round(pictures), scale)

    def _told_in_one(self, contexts: Sequence[mx.Context]) -> list[mx.nd.NDArray]:
        """What there is to tell, as sums that can be added to those of others: what gradients are
        divided by, pictures, the loss, its parts. On every device, but nought on all but one."""
        values = mx.nd.zeros(3 + len(self.names))
        for one in (pending.losses for pending in self._pending):
            scale = mx.nd.array([one.scale])
            if one.divided_by is not None:
                scale = one.divided_by().as_in_context(mx.cpu()).reshape(1).astype("float32")
            told = [one.total, *(one.parts[name] for name in self.names)]
            means = [value.mean().as_in_context(mx.cpu()) * scale for value in told]
            values = values + mx.nd.concat(scale, mx.nd.array([one.pictures]), *means, dim=0)
        copies = [mx.nd.zeros(values.shape, ctx=ctx) for ctx in contexts]
        values.copyto(copies[0])
        return copies

    def _told(self) -> Stepped:
        losses = [one.losses for one in self._pending]
        scale = sum(one.scale for one in losses)
        means = [one.means.asnumpy().tolist() for one in self._pending]
        if len(means) > 1:
            weighted = (
                [value * one.scale for value in few] for few, one in zip(means, losses, strict=True)
            )
            means = [[sum(values) / scale for values in zip(*weighted, strict=True)]]
        loss, *parts = means[0]
        by_name = dict(zip(losses[0].parts, parts, strict=True))
        return Stepped(loss, by_name, sum(one.pictures for one in losses), scale)

    def _all_finite(self, devices: int = 1) -> bool:
        # In mixed precision a gradient that overflows is no news: MXNet leaves that step out.
        return self.hyper.amp or all(
            all_finite(self._gradients(device)) for device in range(devices)
        )

    def _refuse(self, step: int, stepped: Stepped, finite: bool) -> None:
        if not math.isfinite(stepped.loss) or not finite:
            raise Diverged(why(step, stepped.loss, stepped.parts, self.task.net))

    def _gradients(self, device: int = 0) -> list[mx.nd.NDArray]:
        trained = (one for one in self.trainer._params if one.grad_req != "null")
        return [one.list_grad()[device] for one in trained]


def _means(losses: Losses) -> mx.nd.NDArray:
    """The means of a batch's loss, and of its parts in their order."""
    told = (losses.total, *losses.parts.values())
    return mx.nd.concat(*(value.mean().astype("float32") for value in told), dim=0)
