"""The frontier and both halves, on small networks, under plans of all kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mxnet import autograd
from mxnet.gluon import HybridBlock, nn

from tests.engine import small_detectors, small_segmenters
from tui.engine.feature_cache.frontier import NoFrontier
from tui.engine.feature_cache.split import Split
from tui.engine.freezing import apply_plan
from tui.engine.recipes.pyramid_on_cpu import take_all_regions
from tui.model.plan import FreezePlan, Rule

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
PICTURES = mx.nd.array(np.random.RandomState(0).normal(size=(2, 3, 32, 32)))


class Branched(HybridBlock):
    """Two branches over one trunk, with norms, dropout, an addition and an upsampling."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.trunk = nn.HybridSequential()
            self.trunk.add(
                nn.Conv2D(4, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"),
                nn.Conv2D(6, 3, strides=2, padding=1), nn.BatchNorm(), nn.Activation("relu"),
            )  # fmt: skip
            self.left = nn.HybridSequential()
            self.left.add(nn.Conv2D(5, 3, strides=2, padding=1), nn.BatchNorm(), nn.Dropout(0.3))
            self.right = nn.HybridSequential()
            self.right.add(nn.Conv2D(5, 1), nn.BatchNorm(), nn.Activation("relu"))
            self.output = nn.Dense(3)

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        x = self.trunk(x)
        left = F.UpSampling(self.left(x), scale=2, sample_type="nearest")
        right = self.right(x)
        return self.output(F.Pooling(left + right, global_pool=True, pool_type="avg")), left


def ready(net: HybridBlock) -> HybridBlock:
    """With random weights, and statistics that are not those of a new network."""
    mx.random.seed(1)
    net.initialize(mx.init.Xavier())
    net(PICTURES)
    for one in net.collect_params(".*running").values():
        one.set_data(mx.nd.random.uniform(0.5, 1.5, one.shape))
    return net


def branched() -> HybridBlock:
    return ready(Branched())


def flat(outputs: Any) -> list[np.ndarray]:
    if isinstance(outputs, (list, tuple)):
        return [array for one in outputs for array in flat(one)]
    return [outputs.asnumpy()]


def whole_and_halves(
    net: HybridBlock, split: Split, inputs: Sequence[mx.nd.NDArray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The network's training pass, and that of the two halves, with the same chance."""
    found = []
    features = split.features(inputs[0])
    split.refuse_mixed(inputs[0], features)
    for forward in (lambda: net(*inputs), lambda: split.rest(features, *inputs[1:])):
        mx.random.seed(3)
        with autograd.record():
            found.append(flat(forward()))
    return found[0], found[1]


def assert_equal(found: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    whole, halves = found
    assert len(whole) == len(halves) > 0
    for one, other in zip(whole, halves, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


BLOCKS = ("trunk.0", "trunk.1", "trunk.3", "trunk.4", "left.0", "left.1", "right.0", "right.1")


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from(BLOCKS)), st.sets(st.sampled_from(BLOCKS)), st.booleans())
def test_nothing_of_the_frontier_depends_on_what_may_change(
    trained: set[str], moving: set[str], dropout_off: bool
) -> None:
    net = branched()
    rules = [
        Rule("freeze", "all"),
        Rule("freeze statistics", "all"),
        Rule("thaw", "block", "output"),
    ]
    rules += [Rule("thaw", "block", name) for name in sorted(trained)]
    rules += [Rule("thaw statistics", "block", name) for name in sorted(moving)]
    plan = FreezePlan(tuple(rules), dropout_off=dropout_off)
    apply_plan(net, plan)
    try:
        split = Split(net, [PICTURES], {})
    except NoFrontier:
        assert "trunk.0" in trained
        return
    assert "trunk.0" not in trained
    assert_equal(whole_and_halves(net, split, [PICTURES]))
    before = [one.asnumpy() for one in split.features(PICTURES)]
    digest = split.digest()
    mx.random.seed(99)
    for one in net.collect_params().values():
        changes = one.grad_req != "null" or ("running" in one.name and _moves(net, one.name))
        if changes:
            one.set_data(one.data() + mx.nd.random.uniform(0.5, 1, one.shape))
    for one, other in zip(before, split.features(PICTURES), strict=True):
        assert one.tobytes() == other.asnumpy().tobytes()
    assert split.digest() == digest
    assert_equal(whole_and_halves(net, split, [PICTURES]))


def _moves(net: HybridBlock, name: str) -> bool:
    found = []

    def look(block: Any) -> None:
        if isinstance(block, nn.BatchNorm) and name in (
            block.running_mean.name,
            block.running_var.name,
        ):
            found.append(not block._kwargs["use_global_stats"])

    net.apply(look)
    return found[0]


def test_another_weight_is_another_digest() -> None:
    net = branched()
    apply_plan(net, HEAD_ONLY)
    split = Split(net, [PICTURES], {})
    before = split.digest()
    weight = net.trunk[0].weight
    weight.set_data(weight.data() + 1e-6)
    assert split.digest() != before


def test_what_is_less_to_keep_is_kept() -> None:
    net = branched()
    apply_plan(
        net, FreezePlan((*HEAD_ONLY.rules, Rule("thaw", "block", "right")), dropout_off=True)
    )
    split = Split(net, [PICTURES], {})
    # The left branch before it is scaled up, and the trunk's output for the right one.
    assert sorted(split.tensors) == [(5, 8, 8), (6, 16, 16)]


def normed() -> HybridBlock:
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(), nn.Conv2D(3, 3), nn.GlobalAvgPool2D(), nn.Dense(2))
    return ready(net)


MOVING = FreezePlan(
    (Rule("freeze", "all"), Rule("thaw statistics", "all"), Rule("thaw", "block", "3"))
)


@pytest.mark.parametrize(
    ("reason", "make", "plan"),
    [
        ("the first layer trains", branched, FreezePlan((Rule("thaw", "all"),))),
        ("running statistics move", normed, MOVING),
    ],
)
def test_why_there_is_no_frontier(reason: str, make: Any, plan: FreezePlan) -> None:
    net = make()
    apply_plan(net, plan)
    with pytest.raises(NoFrontier, match=reason):
        Split(net, [PICTURES], {})


class OnATrunk(HybridBlock):
    """A trunk of one layer, and an output."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.trunk = nn.Conv2D(3, 3)
            self.output = nn.Dense(2)


class Mixes(OnATrunk):
    """Takes from each picture what all of its batch have in common."""

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        x = self.trunk(x)
        return self.output(F.broadcast_sub(x, F.mean(x, axis=0, keepdims=True)))


def test_pictures_that_are_mixed_are_seen() -> None:
    net = ready(Mixes())
    apply_plan(net, HEAD_ONLY)
    split = Split(net, [PICTURES], {})
    with pytest.raises(NoFrontier, match="mixes the pictures"):
        split.refuse_mixed(PICTURES, split.features(PICTURES))


class Looped(OnATrunk):
    """A loop over rows with dropout in it, which no node of the network itself shows."""

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        rows = F.transpose(self.trunk(x), (2, 0, 1, 3))
        rows, _ = F.contrib.foreach(lambda row, kept: (F.Dropout(row, p=0.5), kept), rows, [])
        return self.output(F.transpose(rows, (1, 2, 0, 3)))


def test_nothing_of_a_loop_is_kept() -> None:
    net = ready(Looped())
    apply_plan(net, HEAD_ONLY)
    split = Split(net, [PICTURES], {})
    first, second = split.features(PICTURES), split.features(PICTURES)
    for one, other in zip(first, second, strict=True):
        assert one.asnumpy().tobytes() == other.asnumpy().tobytes()


class Untraceable(nn.HybridSequential):
    """Asks what only an array can tell."""

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        return super().hybrid_forward(F, x[: int(x.shape[0])])


def test_a_network_that_cannot_be_traced() -> None:
    net = Untraceable()
    net.add(nn.Conv2D(3, 3), nn.Dense(2))
    ready(net)
    with pytest.raises(NoFrontier, match="cannot be traced"):
        Split(net, [PICTURES], {})


BOXES = [mx.nd.array([[[5, 5, 60, 60]]]), mx.nd.array([[[1]]])]
WIDE = mx.nd.array(np.random.RandomState(1).normal(size=(1, 3, 96, 128)))


@pytest.mark.parametrize("make", [small_detectors.c4, small_detectors.fpn])
def test_faster_rcnn(make: Any) -> None:
    net = make()
    take_all_regions(net)
    apply_plan(net, HEAD_ONLY)
    split = Split(net, [WIDE, *BOXES], {})
    assert_equal(whole_and_halves(net, split, [WIDE, *BOXES]))


def test_segmentation() -> None:
    net = small_segmenters.of_the_shapes()
    pictures = mx.nd.array(np.random.RandomState(1).normal(size=(2, 3, 64, 64)))
    apply_plan(net, HEAD_ONLY)
    split = Split(net, [pictures], {})
    assert_equal(whole_and_halves(net, split, [pictures]))
