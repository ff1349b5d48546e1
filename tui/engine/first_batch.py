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
from tui.engine.seeding import of_batch, seed_everything
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
        seed_everything(loop.spec.seed, *of_batch(loop.position.epoch, 0, step=True))
        loop.stepper.add(batch)
        stepped = loop.stepper.look(loop.outcome.steps + 1)
        mx.nd.waitall()
        seconds, after = time.monotonic() - began, _in_use(device)
        loop.stepper.clear()
    sizes = [one.size * np.dtype(one.dtype).itemsize for one in _values(plans)]
    by_state = dict.fromkeys(State, 0)
    for size, state in zip(sizes, plans.resolution.states, strict=True):
        by_state[state] += size
    training, frozen = by_state[State.TRAINABLE], by_state[State.FROZEN]
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
        saved_gradient_bytes=frozen,
        saved_optimizer_bytes=frozen * states_kept(hyper),
    )


def check_labels(data: Data, task: Task, count: int) -> int:
    """Hold the labels of the first pictures to the classes and the pictures. Returns how many
    there were (a mask has one for each class in it); 0 for poses, which have no classes.

    Raises:
        Refusal: one is out of range, or a box is turned over or not finite.
    """
    if task == "pose":
        return 0
    classes, seen = len(data.classes), 0
    for index in range(count):
        label = data.train[index][1]
        where = f"picture {index + 1} of the training data"
        if task == "classification":
            numbers = [float(label)]
        elif task == "segmentation":
            numbers = [one for one in np.unique(label.asnumpy()).tolist() if one != -1]
        else:
            boxes = np.asarray(label, dtype="float64")
            numbers = boxes[:, 4].tolist()
            _refuse_empty_boxes(boxes, where)
        for number in numbers:
            if not (0 <= number < classes and number == int(number)):
                raise Refusal(
                    f"{where} has a label of class {number:g}, and there are {classes} "
                    f"(0 to {classes - 1})"
                )
        seen += len(numbers)
    return seen


def _refuse_empty_boxes(boxes: np.ndarray, where: str) -> None:
    for left, top, right, bottom in boxes[:, :4]:
        if not (np.isfinite([left, top]).all() and left < right and top < bottom):
            raise Refusal(
                f"{where} has a box from ({left:g}, {top:g}) to ({right:g}, {bottom:g}), which "
                "holds nothing"
            )


@contextmanager
def _statistics_kept(plans: PlanInForce) -> Iterator[None]:
    """Put back what a batch moves in a network that nothing updates."""
    parameters = plans.net.collect_params()
    auxiliary = [parameters[one.name] for one in plans.tree.parameters if not one.can_train]
    kept = [(one, one.list_data()[0].copy()) for one in auxiliary if one._data is not None]
    try:
        yield
    finally:
        for one, values in kept:
            one.set_data(values)


def _values(plans: PlanInForce) -> list[mx.nd.NDArray]:
    parameters = plans.net.collect_params()
    return [parameters[one.name].list_data()[0] for one in plans.tree.parameters]


def _in_use(device: mx.Context) -> int:
    if device.device_type == "gpu":
        free, total = mx.context.gpu_memory_info(device.device_id)
        return int(total - free)
    return int(psutil.Process().memory_info().rss)
