from __future__ import annotations

from hypothesis import given

from tests.model.models import tree
from tests.model.plans import models_and_plans, toggled_models
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import built_states, resolve, same_effect
from tui.model.states import State, Statistic
from tui.model.toggles import inverted, simplified, statistics_toggled, toggled
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


@given(toggled_models())
def test_a_toggle_sets_what_is_below_alike(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    states = resolve(plan, made).states
    for node in range(len(made.nodes)):
        after = resolve(toggled(plan, made, node, states), made).states
        below = [i for i in made.under(node) if made.parameters[i].can_train]
        thawed = all(states[i] is F for i in below)
        assert {after[i] for i in below} <= {T if thawed else F}
        others = set(range(len(states))) - set(below)
        assert all(after[i] is states[i] for i in others)


@given(toggled_models())
def test_a_toggle_of_statistics_sets_what_is_below_alike(
    case: tuple[ModelTree, FreezePlan],
) -> None:
    made, plan = case
    before = resolve(plan, made)
    for node in range(len(made.nodes)):
        after = resolve(statistics_toggled(plan, made, node, before), made)
        norms = [made.norms[n] for n in {made.norm_of.get(i, -1) for i in made.under(node)} - {-1}]
        below = {index for norm in norms for index in norm.statistics}
        fixed = all(before.statistics[index] is Statistic.FIXED for index in below)
        assert {after.statistics[index] for index in below} <= {
            Statistic.MOVING if fixed else Statistic.FIXED
        }
        assert after.states == before.states
        assert all(
            after.statistics[index] is statistic
            for index, statistic in before.statistics.items()
            if index not in below
        )


def test_toggles_of_statistics_that_cancel_fold_to_nothing() -> None:
    made = tree("bn.gamma", "bn.beta", "bn.running_mean", "bn.running_var")
    plan = FreezePlan()
    for _ in range(4):
        plan = simplified(statistics_toggled(plan, made, 1, resolve(plan, made)), made)
    assert plan == FreezePlan()


def test_a_toggle_where_nothing_can_train_is_none() -> None:
    made = tree("a.weight", "bn.running_mean")
    plan = FreezePlan()
    assert toggled(plan, made, made.index_of["bn"], built_states(made)) is plan


@given(toggled_models())
def test_simplified_says_the_same(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    shorter = simplified(plan, made)
    assert len(shorter.rules) <= len(plan.rules)
    assert same_effect(shorter, plan, made)


def test_toggles_that_cancel_fold_to_nothing() -> None:
    made = tree("a.weight", "b.weight")
    node = made.index_of["a"]
    plan = FreezePlan()
    for _ in range(4):
        plan = simplified(toggled(plan, made, node, resolve(plan, made).states), made)
    assert plan == FreezePlan()


def test_simplified_leaves_rules_that_are_no_toggles() -> None:
    made = tree("a.weight", "b.weight", "output.weight")
    start = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
    plan = start.with_rules(
        Rule("thaw", "block", "a"), Rule("thaw", "block", "b"), Rule("freeze", "block", "a")
    )
    assert simplified(plan, made) == start.with_rules(Rule("thaw", "parameter", "b.weight"))


def test_simplified_keeps_rules_on_statistics_alone() -> None:
    # These rules change no state, and yet they decide that bn's statistics stand still.
    made = tree("x.conv.weight", "x.bn.running_mean", "x.bn.running_var")
    plan = FreezePlan((Rule("freeze", "block", "x"), Rule("thaw", "block", "x.conv")))
    assert resolve(simplified(plan, made), made).statistics == resolve(plan, made).statistics


@given(models_and_plans())
def test_inverted_turns_around_and_back(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    states = resolve(plan, made).states
    other = inverted(plan, made)
    assert resolve(other, made).states == tuple({T: F, F: T}.get(s, s) for s in states)
    assert resolve(inverted(other, made), made).states == states
    assert resolve(other, made).lr_mults == resolve(plan, made).lr_mults
