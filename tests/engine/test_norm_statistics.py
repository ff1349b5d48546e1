from __future__ import annotations

from collections.abc import Callable

import mxnet as mx
import pytest
from mxnet import autograd, gluon
from mxnet.gluon import nn
from mxnet.gluon.contrib.nn import SyncBatchNorm

from tests.engine.loops import steps
from tests.engine.networks import own, sequential, ssd, symbol
from tui.engine.freezing import apply_plan
from tui.engine.norm_statistics import fixed_statistics, freeze_statistics, thaw_statistics
from tui.engine.verification import digests
from tui.model.plan import FreezePlan, Rule

NETWORKS = [
    (own, 2),
    (sequential, 1),
    (symbol, 2),
    pytest.param(ssd, 35, marks=pytest.mark.slow),
]


def moved(net: gluon.Block, size: int = 128) -> set[str]:
    """The statistics that a few steps move."""
    before = digests(net)
    steps(net, count=2, size=size)
    after = digests(net)
    names = (name for name in before if name.endswith(("_mean", "_var")))
    return {name for name in names if before[name] != after[name]}


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize(("make", "layers"), NETWORKS)
def test_fixed_and_moving_again(
    make: Callable[[], gluon.HybridBlock], layers: int, hybridized: bool
) -> None:
    net = make()
    if hybridized:
        net.hybridize(static_alloc=True, static_shape=True)
        with autograd.train_mode():
            net(mx.nd.zeros((2, 3, 128, 128)))  # a trace from before must not live on
    assert freeze_statistics(net) == layers
    assert len(fixed_statistics(net)) == 2 * layers
    assert moved(net) == set()
    assert thaw_statistics(net) == layers
    assert fixed_statistics(net) == set()
    assert len(moved(net)) == 2 * layers


def test_a_block_inside_a_network_that_has_been_traced() -> None:
    net = own()
    net.hybridize()
    with autograd.train_mode():
        net(mx.nd.zeros((2, 3, 16, 16)))
    freeze_statistics(net.features[1])
    still = {net.features[1].running_mean.name, net.features[1].running_var.name}
    others = {net.features[4].running_mean.name, net.features[4].running_var.name}
    assert moved(net, 16) == others
    thaw_statistics(net.features)
    assert moved(net, 16) == others | still


def test_a_symbol_trunk_inside_a_network_that_has_been_traced() -> None:
    net = symbol()
    net.hybridize()
    with autograd.train_mode():
        net(mx.nd.zeros((2, 3, 16, 16)))
    assert freeze_statistics(net[0]) == 2
    assert moved(net, 16) == set()


def test_what_was_built_to_keep_them_keeps_them() -> None:
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(4, 3, in_channels=3),
        nn.BatchNorm(in_channels=4, use_global_stats=True),
        SyncBatchNorm(in_channels=4, num_devices=1),
    )
    net.initialize()
    assert freeze_statistics(net) == 2
    assert thaw_statistics(net) == 1
    assert fixed_statistics(net) == {net[1].running_mean.name, net[1].running_var.name}


def test_shapes_that_wait_for_a_first_batch() -> None:
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Dense(2))
    net.initialize()
    assert freeze_statistics(net) == 1
    net(mx.nd.zeros((1, 3, 8, 8)))
    assert moved(net, 8) == set()


def test_a_plan_decides_anew_over_what_the_network_was_built_with() -> None:
    net = own()
    freeze_statistics(net)
    apply_plan(net, FreezePlan())
    assert fixed_statistics(net) == set()
    net.features[0].weight.grad_req = "null"
    freeze_statistics(net)  # notes nothing of parameters, which the script has set since
    apply_plan(net, FreezePlan((Rule("freeze", "block", "features"),)))
    assert len(fixed_statistics(net)) == 4
