"""One optimiser step: the gradients of one batch, or of several, looked at before they are used.

A step may be made of parts: of several batches, of a batch that is divided over devices, or over
processes. Then their gradients are added up before they are looked at, and the step is that of one
batch of all their pictures on one device. Where a recipe has divided the losses of a part already,
as SSD's does by its matched anchors, that is undone before the way back, and the sums are divided
by what all parts together have. What layers make of a batch as a whole, as norms with statistics
of their own do, each part makes of itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd, gluon

from tui.engine.distribution.exchange import Exchange
from tui.engine.divergence import Diverged, all_finite, why
from tui.engine.mixed_precision import loss_scale, prepare, scaled
from tui.engine.optimizer import make_trainer
from tui.engine.recipes.recipe import Losses, TrainingTask, divisor
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
    """The losses of a part that has been sent through, and the means of the loss and of its
    parts, to be read at once. `divided_by` is what they were divided by, where that is undone."""

    losses: Losses
    means: mx.nd.NDArray
    divided_by: mx.nd.NDArray | None

    def heads(self) -> list[mx.nd.NDArray]:
        """What autograd starts from."""
        if self.divided_by is None:
            return self.losses.backward
        by = divisor(self.divided_by)
        return [one * by.as_in_context(one.context) for one in self.losses.backward]

    def sums(self) -> np.ndarray:
        """What there is to tell, as sums that can be added to those of other parts: pictures;
        those of them that gradients are divided by; what losses were divided by already; the
        loss and its parts, each times what it counts for."""
        pictures = self.losses.pictures
        by = 0.0 if self.divided_by is None else float(self.divided_by.asscalar())
        counts = pictures if self.losses.by_pictures else by or 1.0
        known = [pictures, pictures if self.losses.by_pictures else 0, by]
        return np.concatenate([known, self.means.asnumpy().astype(float) * counts])


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
                added = [_Pending(one, _means(one), self._undone(one)) for one in losses]
            self._pending += added
            heads = [head for one in added for head in one.heads()]
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

    def _undone(self, losses: Losses) -> mx.nd.NDArray | None:
        """What losses were divided by, where they are of one part of several."""
        if losses.divided_by is None or not self._in_parts:
            return None
        return losses.divided_by()

    @property
    def _in_parts(self) -> bool:
        return self.hyper.accumulate > 1 or len(self.contexts) > 1 or self._together

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
        # On every device, but nought on all but one.
        first, *others = params[0].list_ctx()
        sums = self._sums()
        told = [mx.nd.array(sums, ctx=first), *(mx.nd.zeros(sums.shape, ctx=ctx) for ctx in others)]
        arrays[len(params)] = told
        exchange.add_up(arrays)
        exchange.wait(arrays)
        return _stepped(told[0].asnumpy(), self.names)

    def _sums(self) -> np.ndarray:
        """Of all that is pending, which may be nothing."""
        return sum((one.sums() for one in self._pending), np.zeros(4 + len(self.names)))

    def _told(self) -> Stepped:
        sums = sum(one.sums() for one in self._pending)
        return _stepped(sums, list(self._pending[0].losses.parts))

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


def _stepped(sums: np.ndarray, names: Sequence[str]) -> Stepped:
    """What is told of a step, by the sums of all its parts."""
    pictures, counted, by, *values = sums.tolist()
    loss, *parts = (value / (counted or by or 1.0) for value in values)
    scale = (counted or 1.0) * (by or 1.0)
    return Stepped(loss, dict(zip(names, parts, strict=True)), round(pictures), scale)
