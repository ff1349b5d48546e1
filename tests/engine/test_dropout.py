from __future__ import annotations

import mxnet as mx
import pytest
from mxnet import autograd, gluon
from mxnet.gluon import nn

from tests.engine.networks import awake
from tests.model.networks import reused
from tui.engine.freezing import apply_plan
from tui.engine.symbols import dropouts
from tui.model.plan import FreezePlan, Rule

HEAD_ONLY = (Rule("freeze", "all"), Rule("thaw", "block", "output"))


class Classifier(gluon.HybridBlock):
    """Dropout inside the trunk, and between trunk and head."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.features = nn.HybridSequential()
            self.features.add(nn.Dense(64, in_units=8), nn.Dropout(0.5))
            self.between = nn.Dropout(0.3)
            self.output = nn.Dense(4, in_units=64)

    def hybrid_forward(self, F, x):  # type: ignore[no-untyped-def]  # noqa: N803
        return self.output(self.between(self.features(x)))


def with_symbol() -> gluon.HybridBlock:
    """A SymbolBlock trunk with dropout inside, and a head."""
    data = mx.sym.var("data")
    inner = mx.sym.FullyConnected(data, num_hidden=64, name="fc")
    trunk = gluon.SymbolBlock(mx.sym.Dropout(inner, p=0.5, name="drop"), data)
    net = nn.HybridSequential()
    net.add(trunk, nn.Dense(4, in_units=64))
    return net


def varies(block: gluon.Block, inputs: mx.nd.NDArray) -> bool:
    """Whether two training passes over the same input differ."""
    with autograd.record():
        first, second = block(inputs), block(inputs)
    return bool((first != second).sum().asscalar())


@pytest.mark.parametrize("hybridized", [False, True])
def test_dropout_in_a_frozen_trunk_is_switched_off_and_on_again(hybridized: bool) -> None:
    net = Classifier()
    net.initialize()
    if hybridized:
        net.hybridize()
    inputs = mx.nd.random.uniform(shape=(4, 8))
    apply_plan(net, FreezePlan(HEAD_ONLY))
    assert varies(net.features, inputs)
    apply_plan(net, FreezePlan(HEAD_ONLY, dropout_off=True))
    assert not varies(net.features, inputs)
    # What lies between trunk and head belongs to the network, and that trains.
    assert varies(net, inputs)
    assert net.between._rate == 0.3
    apply_plan(net, FreezePlan((Rule("thaw", "all"),), dropout_off=True))
    assert varies(net.features, inputs)
    assert net.features[1]._rate == 0.5


@pytest.mark.parametrize("hybridized", [False, True])
def test_inside_a_symbol_block(hybridized: bool) -> None:
    net = with_symbol()
    net.initialize()
    inputs = mx.nd.random.uniform(shape=(4, 8))
    net(inputs)
    if hybridized:
        net.hybridize()
    frozen = (Rule("freeze", "block", "0"),)
    assert varies(net, inputs)
    apply_plan(net, FreezePlan(frozen, dropout_off=True))
    assert not varies(net, inputs)
    apply_plan(net, FreezePlan(frozen))
    assert varies(net, inputs)


def test_a_layer_that_a_symbol_uses_twice() -> None:
    net = reused()
    net.initialize()
    inputs = mx.nd.random.uniform(shape=(4, 8))
    net(inputs)
    awake(net)
    assert moves(net, inputs)
    fixed = Rule("freeze statistics", "all")
    tree, _ = apply_plan(net, FreezePlan((Rule("freeze", "block", "0"), fixed), dropout_off=True))
    assert tree.block_info(tree.index_of["0"]).dropouts == (0.5, 0.3, 0.5)
    assert not varies(net, inputs)
    apply_plan(net, FreezePlan((fixed,)))
    assert varies(net, inputs)
    assert not moves(net, inputs)
    apply_plan(net, FreezePlan())
    assert dropouts(net[0]) == (0.5, 0.3, 0.5)
    assert moves(net, inputs)


def moves(net: gluon.Block, inputs: mx.nd.NDArray) -> bool:
    """Whether a step moves its running mean."""
    (mean,) = net.collect_params(".*running_mean").values()
    before = mean.data().copy()
    with autograd.record():
        loss = net(inputs).sum()
    loss.backward()
    return bool((mean.data() != before).sum().asscalar())
