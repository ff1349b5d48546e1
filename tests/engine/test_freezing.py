from __future__ import annotations

from collections.abc import Callable

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, gluon

from tests.engine.networks import own, sequential, ssd, symbol
from tui.engine.freezing import apply_plan
from tui.engine.symbols import pin_fixed_gammas
from tui.engine.verification import digests, prove
from tui.model.plan import FreezePlan, Rule
from tui.model.states import State, Statistic

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
ALL = FreezePlan((Rule("thaw", "all"),))

NETWORKS = [own, sequential, symbol, pytest.param(ssd, marks=pytest.mark.slow)]


def steps(net: gluon.HybridBlock, count: int = 3, size: int = 128) -> None:
    """A few real optimiser steps on a surrogate loss that every output has a part in."""
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9})
    random = np.random.RandomState(0)
    for _ in range(count):
        pictures = mx.nd.array(random.uniform(-1, 1, (2, 3, size, size)))
        with autograd.record():
            out = net(pictures)
            outs = out[:2] if isinstance(out, (list, tuple)) else [out]
            loss = sum((o * mx.nd.array(random.normal(size=o.shape))).sum() for o in outs)
        loss.backward()
        trainer.step(1000)


@pytest.mark.smoke
@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("make", NETWORKS)
def test_what_is_frozen_does_not_move(
    make: Callable[[], gluon.HybridBlock], hybridized: bool
) -> None:
    net = make()
    pin_fixed_gammas(net)
    if hybridized:
        # A trace from before the plan must not live on.
        net.hybridize(static_alloc=True, static_shape=True)
        with autograd.train_mode():
            net(mx.nd.zeros((2, 3, 128, 128)))
    tree, resolution = apply_plan(net, HEAD_ONLY)
    before = digests(net)
    steps(net)
    proof = prove(tree, resolution, before, digests(net))
    assert proof.broken == ()
    assert proof.unchanged == ()
    assert proof.statistics_moved == 0
    assert proof.statistics_identical == sum(p.kind == "statistic" for p in tree.parameters) > 0
    assert proof.frozen_identical == resolution.states.count(State.FROZEN) > 0
    assert proof.trainable_changed == resolution.states.count(State.TRAINABLE) > 0


@pytest.mark.parametrize("make", NETWORKS)
def test_thawed_again_everything_moves(make: Callable[[], gluon.HybridBlock]) -> None:
    net = make()
    pin_fixed_gammas(net)
    net.hybridize(static_alloc=True, static_shape=True)
    apply_plan(net, HEAD_ONLY)
    steps(net, 1)
    tree, resolution = apply_plan(net, ALL)
    assert set(resolution.statistics.values()) == {Statistic.MOVING}
    before = digests(net)
    steps(net)
    proof = prove(tree, resolution, before, digests(net))
    assert proof.broken == ()
    assert proof.statistics_moved == len(resolution.statistics)
    assert proof.trainable_changed == resolution.states.count(State.TRAINABLE)


def test_a_symbol_blocks_statistics_cannot_be_asked_to_train() -> None:
    net = symbol()
    net.collect_params().setattr("grad_req", "write")  # sticks on statistics, and breaks step()
    tree, _ = apply_plan(net, ALL)
    names = {p.name for p in tree.parameters if p.kind == "statistic"}
    assert names
    assert {net.collect_params()[name].grad_req for name in names} == {"null"}
    steps(net, 1)


def test_grad_req_add_stays() -> None:
    net = own()
    net.output.collect_params().setattr("grad_req", "add")
    apply_plan(net, ALL)
    assert net.output.weight.grad_req == "add"


@pytest.mark.parametrize("pattern", ["(?!.*dense).*", ".*conv", "", "own", ".*_weight"])
def test_a_names_rule_selects_what_collect_params_selects(pattern: str) -> None:
    net = own()
    apply_plan(net, FreezePlan((Rule("freeze", "names", pattern),)))
    theirs = own()
    theirs.collect_params(pattern or None).setattr("grad_req", "null")
    ours = [p.grad_req for p in net._collect_params_with_prefix().values()]
    assert ours == [p.grad_req for p in theirs._collect_params_with_prefix().values()]


def test_prove_names_what_broke() -> None:
    net = own()
    tree, resolution = apply_plan(net, HEAD_ONLY)
    before = digests(net)
    net.features[0].weight.set_data(net.features[0].weight.data() + 1)
    net.features[1].running_mean.set_data(net.features[1].running_mean.data() + 1)
    proof = prove(tree, resolution, before, digests(net))
    assert proof.broken == ("features.0.weight", "features.1.running_mean")
    assert proof.unchanged == ("output.weight", "output.bias")
