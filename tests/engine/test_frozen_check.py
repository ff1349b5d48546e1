"""The library's proof on training loops of people's own, the false freezes of the field among
them."""

from __future__ import annotations

from collections.abc import Callable

import mxnet as mx
import pytest
from mxnet import gluon
from mxnet.gluon import nn

from tests.engine.loops import steps
from tests.engine.networks import own, sequential, ssd, symbol
from tui.engine.freezing import apply_plan
from tui.engine.frozen_check import NAMED, FrozenMoved, verify_frozen
from tui.engine.norm_statistics import freeze_statistics
from tui.model.plan import FreezePlan, Rule

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))

NETWORKS = [own, sequential, symbol, pytest.param(ssd, marks=pytest.mark.slow)]


@pytest.mark.parametrize("hybridized", [False, True])
@pytest.mark.parametrize("make", NETWORKS)
def test_a_plan_holds(make: Callable[[], gluon.HybridBlock], hybridized: bool) -> None:
    net = make()
    if hybridized:
        net.hybridize(static_alloc=True)
    tree, _ = apply_plan(net, HEAD_ONLY)
    with verify_frozen(net) as report:
        assert report.verdict is None
        assert report.moved == ()
        assert "are watched" in str(report)
        steps(net, size=128)
    assert report.moved == ()
    verdict = report.verdict
    assert verdict is not None
    assert {*verdict.frozen, *verdict.statistics_fixed} == set(report.watched)
    assert len(verdict.statistics_fixed) == sum(p.kind == "statistic" for p in tree.parameters)
    assert verdict.changed
    assert verdict.unchanged == ()
    assert "identical, bit for bit" in str(report)


def test_false_freeze_lr_mult_0_after_momentum() -> None:
    net = own()
    trainer = steps(net)
    net.features[0].weight.lr_mult = 0.0
    with pytest.raises(FrozenMoved) as raised, verify_frozen(net):
        steps(net, trainer=trainer)
    assert [(one.name, one.why) for one in raised.value.moved] == [("features.0.weight", "lr_mult")]
    assert "features.0.weight: lr_mult 0, and it changed" in str(raised.value)
    assert "lr_mult=0 is not freezing" in str(raised.value)
    assert str(raised.value).startswith("1 frozen thing moved\n")
    assert isinstance(raised.value, AssertionError)


def test_lr_mult_0_from_the_start_without_momentum_is_told_apart() -> None:
    net = own()
    net.features[0].weight.lr_mult = 0.0
    with verify_frozen(net) as report:
        steps(net)
    assert report.verdict is not None
    assert report.verdict.lr_mult_zero == ("features.0.weight",)
    assert "lr_mult=0 is not freezing" in str(report)


@pytest.mark.parametrize("make", NETWORKS)
def test_false_freeze_weights_frozen_statistics_moving(
    make: Callable[[], gluon.HybridBlock],
) -> None:
    net = make()
    trunk = net[0] if make is symbol else getattr(net, "features", net)
    trunk.collect_params().setattr("grad_req", "null")
    if make is sequential:
        net[4].collect_params().setattr("grad_req", "write")
    # On a CPU they move when a gradient passes through: the first layer trains. (On a GPU always.)
    next(iter(trunk.collect_params().values())).grad_req = "write"
    with (
        pytest.raises(FrozenMoved, match="grad_req does not stop it") as raised,
        verify_frozen(net),
    ):
        steps(net, size=128)
    moved = raised.value.moved
    assert {one.why for one in moved} == {"statistic"}
    assert all(one.name.endswith(("_mean", "_var")) for one in moved)
    if len(moved) > NAMED:
        assert f"and {len(moved) - NAMED} more" in str(raised.value)
    freeze_statistics(trunk)
    with verify_frozen(net) as report:
        steps(net, size=128)
    assert report.verdict is not None
    assert {one.name for one in moved} <= set(report.verdict.statistics_fixed)
    assert report.not_fixed == ()


def test_statistics_that_kept_still_by_luck_are_told() -> None:
    net = own()
    net.features.collect_params().setattr("grad_req", "null")
    with verify_frozen(net) as report:
        steps(net)  # no gradient passes through: on a CPU nothing moves
    assert report.moved == ()
    assert len(report.not_fixed) == 4
    assert "! 4 statistics of frozen norm layers are not fixed" in str(report)
    freeze_statistics(net)
    with verify_frozen(net) as report:
        steps(net)
    assert "not fixed" not in str(report)


def test_statistics_that_a_plan_thaws_may_move() -> None:
    plan = HEAD_ONLY.with_rules(
        Rule("thaw", "block", "features.0"), Rule("thaw statistics", "block", "features")
    )
    net = own()
    apply_plan(net, plan)
    with verify_frozen(net, plan) as report:
        steps(net)
    assert report.verdict is not None
    assert len(report.verdict.statistics_moved) == 4
    with pytest.raises(FrozenMoved), verify_frozen(net):
        steps(net)


def test_a_plan_that_the_network_does_not_keep_to() -> None:
    net = own()
    with pytest.raises(FrozenMoved) as raised, verify_frozen(net, HEAD_ONLY):
        steps(net)
    assert "features.0.weight" in {one.name for one in raised.value.moved}


def test_statistics_of_a_trainable_norm_layer_are_free() -> None:
    net = own()
    net.features[0].weight.grad_req = "null"
    with verify_frozen(net) as report:
        steps(net)
    assert report.verdict is not None
    assert len(report.verdict.statistics_moved) == 4


def test_thawed_inside_the_block_it_is_held_to_what_it_was() -> None:
    net = own()
    net.features[0].weight.grad_req = "null"

    def thaw_and_train() -> None:
        with verify_frozen(net):
            net.features[0].weight.grad_req = "write"
            steps(net)

    with pytest.raises(FrozenMoved, match=r"features\.0\.weight: frozen, and it changed"):
        thaw_and_train()


def deferred() -> gluon.HybridBlock:
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Activation("relu"), nn.Dense(2))
    net.initialize(mx.init.Xavier())
    return net


@pytest.mark.parametrize("hybridized", [False, True])
def test_shapes_that_wait_for_a_first_batch(hybridized: bool) -> None:
    net = deferred()
    if hybridized:
        net.hybridize()
    net[0].collect_params().setattr("grad_req", "null")
    net[1].collect_params().setattr("grad_req", "null")
    freeze_statistics(net[1])
    with verify_frozen(net) as report:
        net(mx.nd.zeros((1, 3, 16, 16)))
        steps(net, size=16)
    assert report.verdict is not None
    assert {"0.weight", "0.bias", "1.gamma"} <= set(report.verdict.frozen)
    assert set(report.verdict.changed) == {"3.weight", "3.bias"}
    assert not any("_init_impl" in p.__dict__ for p in net.collect_params().values())


def test_one_block_inside_another() -> None:
    net = deferred()
    net[0].collect_params().setattr("grad_req", "null")
    with verify_frozen(net) as outer:
        with verify_frozen(net) as inner:
            pass  # the first values come later
        with verify_frozen(net) as inner:
            steps(net, size=16)
        steps(net, size=16)
    assert inner.verdict is not None
    assert outer.verdict is not None
    assert {"0.weight", "0.bias"} <= {*inner.verdict.frozen} & {*outer.verdict.frozen}
    assert not any("_init_impl" in p.__dict__ for p in net.collect_params().values())


def test_what_waited_and_then_moved_is_found() -> None:
    net = deferred()
    net[0].collect_params().setattr("grad_req", "null")
    net[1].gamma.grad_req = net[1].beta.grad_req = "null"
    net[0].weight.grad_req = "write"

    def train() -> None:
        with verify_frozen(net):
            net(mx.nd.zeros((1, 3, 16, 16)))
            steps(net, size=16)
            net[0].bias.set_data(net[0].bias.data() + 1)

    with pytest.raises(FrozenMoved) as raised:
        train()
    assert {one.name for one in raised.value.moved} == {"0.bias", "1.running_mean", "1.running_var"}


def test_what_never_got_values_is_no_failure() -> None:
    net = deferred()
    net[0].collect_params().setattr("grad_req", "null")
    with verify_frozen(net) as report:
        pass
    assert report.moved == ()
    assert not any("_init_impl" in p.__dict__ for p in net.collect_params().values())


def test_several_devices() -> None:
    ctx = [mx.cpu(0), mx.cpu(1)]
    net = own()
    net.collect_params().reset_ctx(ctx)
    apply_plan(net, HEAD_ONLY)
    with verify_frozen(net) as report:
        steps(net, ctx=ctx)
    assert report.verdict is not None
    assert report.verdict.changed == ("output.weight", "output.bias")
    with pytest.raises(FrozenMoved) as raised, verify_frozen(net):
        net.features[0].weight.data(ctx[1])[:] += 1  # on the second alone
    assert [one.name for one in raised.value.moved] == ["features.0.weight"]


def test_an_exception_inside_goes_through() -> None:
    net = deferred()
    net[0].collect_params().setattr("grad_req", "null")

    def fail() -> None:
        with verify_frozen(net):
            net(mx.nd.zeros((1, 3, 16, 16)))
            net[0].bias.set_data(net[0].bias.data() + 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not any("_init_impl" in p.__dict__ for p in net.collect_params().values())


def test_a_gamma_that_mxnet_fills_with_ones_is_no_failure() -> None:
    net = symbol()
    data = mx.sym.var("data")
    bare = mx.sym.BatchNorm(net[0](data), name="bare", fix_gamma=True)
    trunk = gluon.SymbolBlock(bare, data)
    trunk.initialize(mx.init.Uniform(0.5))
    with verify_frozen(trunk) as report:
        steps(trunk, size=16)
    assert report.moved == ()
