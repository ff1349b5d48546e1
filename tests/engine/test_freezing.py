from __future__ import annotations

from collections.abc import Callable

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, gluon

from tests.engine.loops import steps
from tests.engine.networks import own, sequential, ssd, symbol
from tui.engine.describe import describe
from tui.engine.freezing import apply_plan
from tui.engine.symbols import pin_fixed_gammas
from tui.engine.verification import Witness, digests
from tui.model.plan import FreezePlan, Rule
from tui.model.states import State, Statistic

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
LET_MOVE = Rule("thaw statistics", "all")
ALL = FreezePlan((Rule("thaw", "all"),))

NETWORKS = [own, sequential, symbol, pytest.param(ssd, marks=pytest.mark.slow)]


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
    witness = Witness(net)
    witness.begin(tree, resolution, 1)
    steps(net)
    witness.end(3)
    proof = witness.proof()
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
    witness = Witness(net)
    witness.begin(tree, resolution, 1)
    steps(net)
    witness.end(3)
    proof = witness.proof()
    assert proof.broken == ()
    assert proof.statistics_moved == len(resolution.statistics)
    assert proof.trainable_changed == resolution.states.count(State.TRAINABLE)


@pytest.mark.parametrize("make", NETWORKS)
def test_a_plan_finds_what_the_network_was_built_with_not_what_another_left(
    make: Callable[[], gluon.HybridBlock],
) -> None:
    net = make()
    fresh = describe(net, "")
    multiplied = (Rule("lr_mult", "all", value=0.1), Rule("wd_mult", "all", value=0.0))
    apply_plan(net, HEAD_ONLY.with_rules(*multiplied, Rule("freeze statistics", "all")))
    assert describe(net, "") == fresh
    apply_plan(net, FreezePlan())
    assert {p.lr_mult for p in net.collect_params().values()} == {1.0}
    assert {p.wd_mult for p in net.collect_params().values()} == {1.0}
    assert describe(net, "") == fresh


@pytest.mark.parametrize("make", NETWORKS)
def test_rules_on_statistics(make: Callable[[], gluon.HybridBlock]) -> None:
    net = make()
    pin_fixed_gammas(net)
    for plan, moving in (
        (ALL.with_rules(Rule("freeze statistics", "all")), False),
        (FreezePlan((Rule("freeze", "structure", "(gamma|beta)$"), LET_MOVE)), True),
    ):
        tree, resolution = apply_plan(net, plan)
        witness = Witness(net)
        witness.begin(tree, resolution, 1)
        before = digests(net)
        steps(net, 1)
        after = digests(net)
        witness.end(1)
        statistics = [p.name for p in tree.parameters if p.kind == "statistic"]
        moved = [name for name in statistics if before[name] != after[name]]
        assert (moved == statistics) if moving else (moved == [])
        assert witness.verdict().holds


def test_a_norm_that_was_built_fixed_moves_by_a_rule_on_statistics_alone() -> None:
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Conv2D(4, 3, in_channels=3), gluon.nn.BatchNorm(use_global_stats=True))
    net.add(gluon.nn.GlobalAvgPool2D())
    net.initialize()
    net(mx.nd.zeros((1, 3, 16, 16)))
    for plan, moves in (
        (ALL, False),
        (ALL.with_rules(Rule("thaw statistics", "all")), True),
        (ALL, False),
    ):
        apply_plan(net, plan)
        before = digests(net)
        steps(net, 1, size=16)
        name = net[1].running_mean.name
        assert (digests(net)[name] != before[name]) is moves


def test_multipliers_reach_a_trainer_that_is_there_already() -> None:
    net = gluon.nn.Dense(3, in_units=4)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0, "wd": 0.1})
    inputs = mx.nd.array(np.random.RandomState(1).uniform(-1, 1, (2, 4)))
    weight = net.weight.data().asnumpy()

    def change(**mults: float) -> np.ndarray:
        rules = [Rule(action, "all", value=value) for action, value in mults.items()]  # type: ignore[arg-type]
        apply_plan(net, FreezePlan(tuple(rules)))
        net.weight.set_data(mx.nd.array(weight))
        with autograd.record():
            loss = net(inputs).sum()
        loss.backward()
        trainer.step(1)
        return net.weight.data().asnumpy() - weight

    np.testing.assert_allclose(change(lr_mult=0.5), change() * 0.5, rtol=1e-4)
    np.testing.assert_allclose(change() - change(wd_mult=0.0), -0.1 * weight, atol=1e-6)


def test_a_later_epoch_of_a_schedule() -> None:
    net = own()
    plan = HEAD_ONLY.with_rules(Rule("thaw", "block", "features", epoch=3))
    for epoch, trains in ((1, "null"), (2, "null"), (3, "write"), (2, "null")):
        apply_plan(net, plan, epoch)
        assert net.features[0].weight.grad_req == trains


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


def test_the_witness_names_what_broke() -> None:
    net = own()
    tree, resolution = apply_plan(net, HEAD_ONLY)
    witness = Witness(net)
    witness.begin(tree, resolution, 1)
    net.features[0].weight.set_data(net.features[0].weight.data() + 1)
    net.features[1].running_mean.set_data(net.features[1].running_mean.data() + 1)
    witness.end(1)
    proof = witness.proof()
    assert proof.broken == ("features.0.weight", "features.1.running_mean")
    assert proof.unchanged == ("output.weight", "output.bias")
