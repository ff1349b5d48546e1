"""Before the first step: one batch goes forth and back, so that what cannot work is said in
seconds, and not after the first epoch. Nothing of the network is left changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import mxnet as mx
import numpy as np
import psutil

from tui.engine.datasets.data import Data, Task
from tui.engine.loop import Loop
from tui.engine.optimizer import states_kept
from tui.engine.plan_in_force import PlanInForce
from tui.engine.refusal import Refusal
from tui.engine.seeding import seed_everything
from tui.model.states import State, Statistic
from tui.runs.events import Checked


def check_first_batch(loop: Loop, plans: PlanInForce, data: Data, task: Task) -> Checked:
    """Send the first batch of an epoch through, and look at it.

    Raises:
        Refusal: a label is of no class, or a box is none.
        Diverged: the loss or a gradient is not finite.
    """
    hyper, net = loop.spec.hyper, loop.task.net
    labels = check_labels(data, task, min(hyper.batch_size, len(data.train)))
    # What it draws is drawn again: each epoch and each batch has a stream of its own.
    seed_everything(loop.spec.seed, loop.position.epoch)
    batch = next(iter(loop.task.batches()))
    loop.task.train_mode()
    device = next(iter(net.collect_params().values())).list_ctx()[0]
    mx.nd.waitall()
    before, began = _in_use(device), time.monotonic()
    with _statistics_kept(plans):
        loop.stepper.add(batch)
        stepped = loop.stepper.look(loop.outcome.steps + 1)
        mx.nd.waitall()
        seconds, after = time.monotonic() - began, _in_use(device)
        loop.stepper.clear()
    sizes = [one.size * np.dtype(one.dtype).itemsize for one in _values(plans)]
    training = sum(
        size
        for size, state in zip(sizes, plans.resolution.states, strict=True)
        if state is State.TRAINABLE
    )
    fixed = plans.resolution.statistics.values()
    return Checked(
        loss=stepped.loss,
        losses=stepped.parts,
        seconds=seconds,
        pictures=stepped.pictures,
        labels=labels,
        parameter_bytes=sum(sizes),
        gradient_bytes=training,
        optimizer_bytes=training * states_kept(hyper),
        # What was free within the process and is used again is not seen.
        activation_bytes=after - before if after > before else None,
        statistics_fixed=sum(one is Statistic.FIXED for one in fixed),
        statistics=len(fixed),
    )


def check_labels(data: Data, task: Task, count: int) -> int:
    """Hold the labels of the first pictures to the classes and the pictures. Returns how many
    there were; 0 for tasks whose labels are of another kind.

    Raises:
        Refusal: one is out of range, or a box is turned over or not finite.
    """
    if task not in ("classification", "detection"):
        return 0
    classes, seen = len(data.classes), 0
    for index in range(count):
        _, label = data.train[index]
        if task == "classification":
            rows = np.array([[0, 0, 1, 1, float(label)]])
        else:
            rows = np.asarray(label, dtype="float64")
        for left, top, right, bottom, number, *_ in rows:
            seen += 1
            if not (0 <= number < classes and number == int(number)):
                raise Refusal(
                    f"picture {index + 1} of the training data has a label of class {number:g}, "
                    f"and there are {classes} (0 to {classes - 1})"
                )
            if not (np.isfinite([left, top]).all() and left < right and top < bottom):
                raise Refusal(
                    f"picture {index + 1} of the training data has a box from ({left:g}, {top:g}) "
                    f"to ({right:g}, {bottom:g}), which holds nothing"
                )
    return seen


@contextmanager
def _statistics_kept(plans: PlanInForce) -> Iterator[None]:
    """Put back what a batch moves in a network that nothing updates."""
    parameters = plans.net.collect_params()
    auxiliary = [parameters[one.name] for one in plans.tree.parameters if not one.can_train]
    kept = [(one, one.data().copy()) for one in auxiliary if one._data is not None]
    try:
        yield
    finally:
        for one, values in kept:
            one.set_data(values)


def _values(plans: PlanInForce) -> list[mx.nd.NDArray]:
    parameters = plans.net.collect_params()
    return [parameters[one.name].data() for one in plans.tree.parameters]


def _in_use(device: mx.Context) -> int:
    if device.device_type == "gpu":
        free, total = mx.context.gpu_memory_info(device.device_id)
        return int(total - free)
    return int(psutil.Process().memory_info().rss)
