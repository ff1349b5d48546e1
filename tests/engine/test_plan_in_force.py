"""A plan's schedule and its changes by hand, on a network that nothing trains."""

from __future__ import annotations

import msgspec
import pytest
from mxnet.gluon import HybridBlock

from tests.engine.networks import own
from tui.engine.plan_in_force import PlanInForce
from tui.engine.refusal import Refusal
from tui.model.plan import FreezePlan, Rule
from tui.model.selection import PatternError
from tui.runs.events import Event, Notice, PlanApplied
from tui.runs.proof_file import Kept

UNFREEZING = FreezePlan(
    (
        Rule("freeze", "all"),
        Rule("thaw", "block", "output"),
        Rule("thaw", "block", "features.3", epoch=2),
        Rule("thaw", "block", "features.0", epoch=2, off=True),
    )
)


def training(net: HybridBlock) -> set[str]:
    found = net._collect_params_with_prefix().items()
    return {name for name, one in found if one.grad_req == "write"}


def nudge(net: HybridBlock, name: str) -> None:
    parameter = net._collect_params_with_prefix()[name]
    parameter.set_data(parameter.data() + 1)


def test_rules_come_into_force_at_their_epoch() -> None:
    net, told = own(), []
    plans = PlanInForce(net, UNFREEZING, 3, told.append)
    assert training(net) == {"output.weight", "output.bias"}
    for epoch in (1, 2, 3):
        plans.begin_epoch(epoch, 10 * epoch)
    assert training(net) == {"output.weight", "output.bias", "features.3.weight"}
    (change,) = told
    assert change == PlanApplied(20, 2, "schedule", 3, 4, 159, 299, (UNFREEZING.rules[2],))


def test_a_change_by_hand_waits_for_the_next_batch() -> None:
    net, told = own(), []
    plans = PlanInForce(net, UNFREEZING, 3, told.append)
    plan = FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "features.0")))
    plans.offer(plan)
    assert training(net) == {"output.weight", "output.bias"}
    plans.between_batches(7)
    plans.between_batches(8)
    assert training(net) == {"features.0.weight"}
    (change,) = told
    assert (change.step, change.reason, change.plan) == (7, "by hand", plan)
    plans.begin_epoch(2, 9)  # the schedule was the old plan's
    assert training(net) == {"features.0.weight"}


@pytest.mark.parametrize(
    ("plan", "error", "says"),
    [
        (FreezePlan((Rule("freeze", "all"),)), Refusal, "every parameter is frozen, so nothing"),
        (
            FreezePlan((Rule("freeze", "all", epoch=3),)),
            Refusal,
            "every parameter is frozen in epoch 3",
        ),
        (FreezePlan((Rule("freeze", "structure", "("),)), PatternError, "rule 1"),
    ],
)
def test_a_plan_that_cannot_be_used(plan: FreezePlan, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        PlanInForce(own(), plan, 3, lambda _: None)
    net = own()
    plans = PlanInForce(net, UNFREEZING, 3, lambda _: None)
    with pytest.raises(error, match=says):
        plans.offer(plan)
    plans.between_batches(1)
    assert training(net) == {"output.weight", "output.bias"}


def test_rules_beyond_the_run_do_not_count_and_are_said() -> None:
    told: list[Event] = []
    plan = FreezePlan((*UNFREEZING.rules, Rule("freeze", "all", epoch=9)))
    PlanInForce(own(), plan, 3, told.append)
    assert told == [Notice("a rule waits for epoch 9, and the run has 3")]


def test_a_change_that_comes_too_late_is_said() -> None:
    told: list[Event] = []
    plans = PlanInForce(own(), UNFREEZING, 3, told.append)
    plans.offer(FreezePlan((Rule("thaw", "all"),)))
    plans.close()
    assert told == [Notice("the change of the plan came after the last batch, and was not made")]
    with pytest.raises(Refusal, match="the last batch is done"):
        plans.offer(FreezePlan((Rule("thaw", "all"),)))


@pytest.mark.parametrize("resumed", [False, True])
def test_the_proof_is_of_each_time_and_of_the_whole(resumed: bool) -> None:
    net = own()
    plans = PlanInForce(net, UNFREEZING, 3, lambda _: None)
    plans.begin(1)
    nudge(net, "output.weight")
    nudge(net, "output.bias")
    nudge(net, "features.3.weight")  # which is frozen yet
    if resumed:
        kept = msgspec.json.decode(msgspec.json.encode(plans.witness.keep()), type=Kept)
        plans = PlanInForce(net, UNFREEZING, 3, lambda _: None)
        plans.begin(5, kept)
    plans.begin_epoch(2, 10)
    nudge(net, "features.3.weight")
    plans.witness.end(20)
    proof = plans.witness.proof()
    assert proof.broken == ("features.3.weight",)
    assert (proof.trainable_changed, proof.unchanged) == (2, ())
    assert [(one.first_step, one.last_step) for one in plans.witness.intervals] == [
        (1, 10),
        (11, 20),
    ]


def test_what_trains_is_told_whenever_it_may_have_changed() -> None:
    net, told = own(), []
    plans = PlanInForce(net, UNFREEZING, 3, lambda _: None, changed=told.append)
    assert told == []
    plans.begin(1)
    assert plans.states(0).trainable == ("output.weight", "output.bias")
    plans.begin_epoch(2, 10)
    plans.offer(FreezePlan((Rule("freeze", "all"), Rule("thaw", "block", "features.0"))))
    plans.between_batches(12)
    assert told == [0, 10, 12]
    found = plans.states(12)
    assert (found.trainable, found.trainable_parameters) == (("features.0.weight",), 1)
    assert set(found.trainable) | set(found.frozen) >= {"output.weight", "features.3.weight"}
    assert found.plan == plans.plan
