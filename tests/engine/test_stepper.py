"""Optimiser steps, held against the same written out plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from mxnet.contrib.amp import amp
from mxnet.gluon import HybridBlock, nn
from mxnet.gluon.loss import SoftmaxCrossEntropyLoss

from tui.engine.divergence import Diverged, refuse_infinite_values
from tui.engine.freezing import apply_plan
from tui.engine.mixed_precision import begin, loss_scale
from tui.engine.recipes.recipe import Losses
from tui.engine.refusal import Refusal
from tui.engine.stepper import Stepper
from tui.model.plan import FreezePlan, Rule
from tui.runs.spec import Hyperparameters

SIZES = (4, 4, 2)
"""Pictures of the batches of a step; the last is a partial one."""


def network(*, norm: bool = False) -> HybridBlock:
    mx.random.seed(3)
    np.random.seed(3)
    net = nn.HybridSequential()
    net.add(nn.Dense(5, in_units=6, activation="tanh"))
    if norm:
        net.add(nn.BatchNorm(in_channels=5))
    net.add(nn.Dense(3, in_units=5))
    net.initialize(mx.init.Xavier())
    net.hybridize(static_alloc=True, static_shape=True)
    return net


class Task:
    """Numbers in three classes."""

    steps_per_epoch = len(SIZES)

    def __init__(self, net: HybridBlock) -> None:
        self.net = net
        self._loss = SoftmaxCrossEntropyLoss()

    def batches(self, skip: int = 0) -> Iterable[Any]:
        random = np.random.RandomState(5)
        for size in SIZES:
            numbers = random.normal(size=(size, 6)).astype("float32")
            yield mx.nd.array(numbers), mx.nd.array(np.arange(size) % 3)

    def train_mode(self) -> None:
        pass

    def losses(self, batch: Any) -> Losses:
        numbers, labels = batch
        loss = self._loss(self.net(numbers), labels)
        size = len(labels)
        return Losses([loss], loss, {"cross entropy": loss}, size)

    def validate(self, stop: Callable[[], bool]) -> None:
        return None


def one_batch() -> tuple[Any, Any]:
    """All pictures of a step in one."""
    numbers, labels = zip(*Task(network()).batches(), strict=True)
    return mx.nd.concat(*numbers, dim=0), mx.nd.concat(*labels, dim=0)


def values(net: HybridBlock) -> dict[str, np.ndarray]:
    return {name: one.data().asnumpy() for name, one in net._collect_params_with_prefix().items()}


def stepped(
    net: HybridBlock, hyper: Hyperparameters, batches: list[Any], steps: int = 3
) -> Stepper:
    stepper = Stepper(Task(net), hyper)
    for step in range(1, steps + 1):
        for batch in batches:
            stepper.add(batch)
        stepper.step(step, hyper.learning_rate)
    return stepper


def assert_close(ours: HybridBlock, theirs: HybridBlock, rtol: float = 1e-5) -> None:
    theirs_now = values(theirs)
    for name, array in values(ours).items():
        np.testing.assert_allclose(array, theirs_now[name], rtol=rtol, atol=1e-6, err_msg=name)


def gradients(
    weights: list[np.ndarray], numbers: np.ndarray, labels: np.ndarray
) -> list[np.ndarray]:
    """Of the mean cross entropy of the network, in NumPy."""
    first, bias, second, last = weights
    hidden = np.tanh(numbers @ first.T + bias)
    out = hidden @ second.T + last
    share = np.exp(out - out.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    back = (share - np.eye(3)[labels.astype(int)]) / len(labels)
    into = (back @ second) * (1 - hidden**2)
    return [into.T @ numbers, into.sum(0), back.T @ hidden, back.sum(0)]


RATE, DECAY, MOMENTUM = 0.1, 0.05, 0.8


def plain_update(optimizer: str, w: Any, g: Any, state: dict[str, Any], t: int) -> Any:
    """One update of one parameter, by the book."""
    if optimizer == "adamw":
        m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
        v = state["v"] = 0.999 * state.get("v", 0) + 0.001 * g * g
        right_m, right_v = m / (1 - 0.9**t), v / (1 - 0.999**t)
        return w - RATE * (right_m / (np.sqrt(right_v) + 1e-8) + DECAY * w)
    raw, g = g, g + DECAY * w
    if optimizer == "adam":
        m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
        v = state["v"] = 0.999 * state.get("v", 0) + 0.001 * g * g
        rate = RATE * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        return w - rate * m / (np.sqrt(v) + 1e-8)
    m = MOMENTUM * state.get("m", 0)
    if optimizer == "sgd":
        state["m"] = m + g
        return w - RATE * state["m"]
    new = w - RATE * (g + MOMENTUM * (m + g))
    # MXNet updates the momentum last, and by then decays the new weight.
    state["m"] = m + raw + DECAY * new
    return new


@pytest.mark.parametrize("clip", [0.0, 0.05])
@pytest.mark.parametrize("optimizer", ["sgd", "nag", "adam", "adamw"])
def test_an_optimizer_does_what_its_formula_says(optimizer: str, clip: float) -> None:
    net = network()
    weights = [array.astype("float64") for array in values(net).values()]
    numbers, labels = (array.asnumpy().astype("float64") for array in one_batch())
    hyper = Hyperparameters(
        optimizer=optimizer,  # type: ignore[arg-type]
        learning_rate=RATE,
        weight_decay=DECAY,
        momentum=MOMENTUM,
        clip_norm=clip,
    )
    stepped(net, hyper, [one_batch()], 4)
    states: list[dict[str, Any]] = [{} for _ in weights]
    for t in range(1, 5):
        found = gradients(weights, numbers, labels)
        norm = np.sqrt(sum((one**2).sum() for one in found))
        if clip:
            assert norm > clip
            found = [one * clip / norm for one in found]
        weights = [
            plain_update(optimizer, w, g, state, t)
            for w, g, state in zip(weights, found, states, strict=True)
        ]
    for (name, array), wanted in zip(values(net).items(), weights, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=2e-4, atol=2e-5, err_msg=name)


@pytest.mark.parametrize("clip", [0.0, 0.05])
def test_batches_of_a_step_do_what_one_batch_of_all_would(clip: float) -> None:
    apart, together = network(), network()
    hyper = Hyperparameters(learning_rate=0.1, accumulate=3, clip_norm=clip)
    apply_plan(apart, FreezePlan(), accumulate=True)
    first = Stepper(Task(apart), hyper)
    second = Stepper(Task(together), hyper)
    for step in (1, 2, 3):
        for batch in Task(apart).batches():
            first.add(batch)
        second.add(one_batch())
        one, other = first.step(step, 0.1), second.step(step, 0.1)
        assert one.loss == pytest.approx(other.loss, rel=1e-5)
        assert one.pictures == other.pictures == sum(SIZES)
    assert_close(apart, together)


def test_accumulation_adds_what_each_batch_gives() -> None:
    """With a norm layer one batch of all would be another thing: each is normed by itself."""
    net, by_hand = network(norm=True), network(norm=True)
    apply_plan(net, FreezePlan(), accumulate=True)
    hyper = Hyperparameters(learning_rate=0.1, momentum=0.0, weight_decay=0.0, accumulate=3)
    stepped(net, hyper, list(Task(net).batches()))
    task = Task(by_hand)
    for _ in range(3):
        total: dict[str, Any] = {}
        for batch in task.batches():
            with mx.autograd.record():
                loss = task.losses(batch).backward[0]
            loss.backward()
            for name, one in by_hand._collect_params_with_prefix().items():
                if one.grad_req != "null":
                    total[name] = total.get(name, 0) + one.grad().copy()
        for name, one in by_hand._collect_params_with_prefix().items():
            if one.grad_req != "null":
                one.set_data(one.data() - 0.1 * total[name] / sum(SIZES))
    assert_close(net, by_hand)


@pytest.mark.parametrize("clip", [0.0, 0.05])
def test_the_scale_of_mixed_precision_takes_itself_out_again(
    clip: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Half precision itself is for GPUs; the scaled loss can be tried anywhere.
    monkeypatch.setattr(amp, "_amp_initialized", True)
    monkeypatch.setattr(amp, "_amp_loss_scale_initialized", True)
    scaled, plain = network(), network()
    stepped(scaled, Hyperparameters(learning_rate=0.1, clip_norm=clip, amp=True), [one_batch()])
    stepped(plain, Hyperparameters(learning_rate=0.1, clip_norm=clip), [one_batch()])
    assert_close(scaled, plain)


def test_a_step_that_overflows_in_mixed_precision_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amp, "_amp_initialized", True)
    monkeypatch.setattr(amp, "_amp_loss_scale_initialized", True)
    net = network()
    stepper = Stepper(Task(net), Hyperparameters(learning_rate=0.1, amp=True))
    scale = loss_scale(stepper.trainer)
    before = values(net)
    stepper.add(one_batch())
    net[0].weight.grad()[:] = float("inf")
    stepper.step(1, 0.1)
    assert all((array == before[name]).all() for name, array in values(net).items())
    stepper.add(one_batch())
    stepper.step(2, 0.1)
    assert any((array != before[name]).any() for name, array in values(net).items())
    assert loss_scale(stepper.trainer) == scale / 2


def test_mixed_precision_is_for_gpus() -> None:
    with pytest.raises(Refusal, match="mixed precision needs a GPU, and the model is on cpu"):
        begin("cpu")


def test_what_a_plan_thaws_adds_up_too_and_what_it_freezes_stays() -> None:
    net = network(norm=True)
    head = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "2")))
    states: list[list[str]] = []
    for plan in (head, FreezePlan((Rule("thaw", "all"),)), head):
        apply_plan(net, plan, accumulate=True)
        states.append([one.grad_req for one in net._collect_params_with_prefix().values()])
    assert states[0] == ["null"] * 6 + ["add"] * 2
    assert states[1] == ["add"] * 4 + ["null"] * 2 + ["add"] * 2
    assert states[2] == states[0]
    before = values(net)
    hyper = Hyperparameters(learning_rate=0.1, accumulate=3)
    stepped(net, hyper, list(Task(net).batches()))
    moved = {name for name, array in values(net).items() if (array != before[name]).any()}
    assert moved == {"2.weight", "2.bias"}


def spoilt(net: HybridBlock, name: str, value: float) -> None:
    parameter = net._collect_params_with_prefix()[name]
    array = parameter.data().copy()
    array[0] = value
    parameter.set_data(array)


def test_a_loss_that_is_no_number_names_the_parameters_and_changes_nothing() -> None:
    net = network()
    stepper = Stepper(Task(net), Hyperparameters())
    numbers, labels = one_batch()
    numbers[0, 0] = float("nan")
    before = values(net)
    stepper.add((numbers, labels))
    with pytest.raises(Diverged) as raised:
        stepper.step(7, 0.1)
    assert str(raised.value) == (
        "the loss is nan at step 7 (cross entropy); all parameters are finite, the gradients of "
        "1.bias, 1.weight, 0.bias and 1 more are not"
    )
    for name, array in values(net).items():
        assert (array == before[name]).all()


def test_a_parameter_that_is_not_finite_is_named() -> None:
    net = network()
    spoilt(net, "1.weight", float("inf"))
    stepper = Stepper(Task(net), Hyperparameters())
    stepper.add(one_batch())
    with pytest.raises(Diverged, match=r"at step 2 \(cross entropy\); 1.weight is not finite"):
        stepper.step(2, 0.1)
    with pytest.raises(Diverged, match=r"after step 2 1\.weight is not finite"):
        refuse_infinite_values(net, 2)


def test_a_gradient_that_is_not_finite_stops_before_the_update() -> None:
    class Rooted(Task):
        """The slope of a square root at zero."""

        def losses(self, batch: Any) -> Losses:
            out = (self.net(batch[0]) * 0).sqrt().mean(axis=1)
            return Losses([out], out, {"root": out}, len(out))

    net = network()
    before = values(net)
    stepper = Stepper(Rooted(net), Hyperparameters())
    stepper.add(one_batch())
    with pytest.raises(Diverged, match=r"a gradient is not finite at step 1, where the loss is 0;"):
        stepper.step(1, 0.1)
    assert all((array == before[name]).all() for name, array in values(net).items())


def test_a_large_value_is_named() -> None:
    net = network()
    spoilt(net, "0.weight", 3e38)
    spoilt(net, "1.weight", 3e38)
    stepper = Stepper(Task(net), Hyperparameters())
    stepper.add(one_batch())
    with pytest.raises(Diverged, match=r"the largest value is 3e\+38, in 0.weight"):
        stepper.step(1, 0.1)
