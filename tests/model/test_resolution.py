from __future__ import annotations

import fnmatch
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import parameter, tree
from tests.model.plans import models_and_plans
from tui.model.plan import STATES, STATISTICS, FreezePlan, Rule
from tui.model.resolution import resolve, same_effect, select
from tui.model.selection import PatternError
from tui.model.states import State, Statistic
from tui.model.toggles import inverted, simplified
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


def by_hand(rule: Rule, made: ModelTree) -> set[int]:
    """What a rule selects, by its definition."""
    found = set()
    for index, one in enumerate(made.parameters):
        places = one.structure_names
        match rule.by:
            case "all":
                hit = True
            case "block":
                hit = any(not rule.select or p.startswith(f"{rule.select}.") for p in places)
            case "parameter":
                hit = rule.select in places
            case "names":
                hit = re.match(rule.select, one.name) is not None
            case "structure":
                hit = any(re.search(rule.select, p) for p in places)
            case "glob":
                hit = any(fnmatch.fnmatchcase(p, rule.select) for p in places)
            case _:
                pytest.skip("roles are tested with the families")
        if hit:
            found.add(index)
    return found


def norms_of(made: ModelTree) -> list[tuple[set[int], set[int]]]:
    """(statistics, weights that could train) of each norm layer of a random model, by the names
    alone: `path.bn3.gamma` belongs to `path.bn3`."""
    layers: dict[str, tuple[set[int], set[int]]] = {}
    for index, one in enumerate(made.parameters):
        layer = one.structure_name.rpartition(".")[0]
        if one.kind == "statistic":
            layers.setdefault(layer, (set(), set()))[0].add(index)
    for index, one in enumerate(made.parameters):
        layer, _, last = one.structure_name.rpartition(".")
        if layer in layers and one.can_train and last in ("gamma", "beta"):
            layers[layer][1].add(index)
    return list(layers.values())


@given(models_and_plans(), st.integers(1, 4))
def test_later_rules_win(case: tuple[ModelTree, FreezePlan], epoch: int) -> None:
    made, plan = case
    plan = FreezePlan(tuple(rule for rule in plan.rules if rule.by != "role"))
    resolution = resolve(plan, made, epoch)
    norms = norms_of(made)

    def reached(rule: Rule) -> set[int]:
        found = by_hand(rule, made)
        if rule.action not in STATISTICS:
            return found
        return set().union(*(own for own, weights in norms if found & (own | weights)))

    def speaking(*actions: str) -> list[tuple[int, Rule]]:
        return [
            (number, rule)
            for number, rule in enumerate(plan.rules)
            if rule.action in actions and not rule.off and rule.epoch <= epoch
        ]

    def last_word(index: int, *actions: str) -> int:
        return max((n for n, rule in speaking(*actions) if index in reached(rule)), default=-1)

    decided = [0] * len(plan.rules)
    for index, one in enumerate(made.parameters):
        number = last_word(index, *STATES)
        state = F if one.grad_req == "null" else T
        if number >= 0:
            decided[number] += 1
            state = F if plan.rules[number].action == "freeze" else T
        assert resolution.states[index] is (state if one.can_train else A)
        for action, mults in (
            ("lr_mult", resolution.lr_mults),
            ("wd_mult", resolution.wd_mults),
        ):
            number = last_word(index, action)
            assert mults.get(index) == (plan.rules[number].value if number >= 0 else None)
            if number >= 0:
                decided[number] += 1
    assert set(resolution.statistics) == set().union(*(own for own, _ in norms))
    for own, weights in norms:
        said = max(last_word(index, *STATISTICS) for index in own)
        touched = max(last_word(index, *STATES) for index in own | weights)
        if said > touched:
            fixed = plan.rules[said].action == "freeze statistics"
            decided[said] += len(own)
        elif weights:
            fixed = all(resolution.states[index] is F for index in weights)
        else:
            on_it = max(last_word(index, *STATES) for index in own)
            fixed = on_it >= 0 and plan.rules[on_it].action == "freeze"
        # MXNet has one switch for the mean and the variance of a layer.
        assert {resolution.statistics[index] for index in own} == {
            Statistic.FIXED if fixed else Statistic.MOVING
        }
    assert list(resolution.decided) == decided
    assert list(resolution.selected) == [len(reached(rule)) for rule in plan.rules]
    assert list(resolution.missed) == [
        n for n, rule in enumerate(plan.rules) if not reached(rule) and not rule.off
    ]


def statistics_under(*rules: Rule, fixed: bool = False) -> Statistic:
    """What becomes of the statistics of one norm layer beside a convolution."""
    made = tree(
        "conv.weight",
        "bn.gamma",
        "bn.beta",
        *(
            msgspec.structs.replace(parameter(name), fixed=fixed)
            for name in ("bn.running_mean", "bn.running_var")
        ),
    )
    return resolve(FreezePlan(rules), made).statistics[3]


def test_a_rule_on_statistics_decides_until_its_layer_is_frozen_or_thawed_again() -> None:
    fix, let_move = Rule("freeze statistics", "all"), Rule("thaw statistics", "block", "bn")
    freeze, thaw = Rule("freeze", "all"), Rule("thaw", "block", "bn")
    assert statistics_under(fix) is Statistic.FIXED
    assert statistics_under(freeze, let_move) is Statistic.MOVING
    assert statistics_under(freeze, let_move, fix) is Statistic.FIXED
    assert statistics_under(fix, thaw) is Statistic.MOVING
    assert statistics_under(let_move, freeze) is Statistic.FIXED
    assert statistics_under(fix, Rule("thaw", "block", "conv")) is Statistic.FIXED
    # By one of its weights the layer is meant as well.
    assert statistics_under(Rule("freeze statistics", "parameter", "bn.gamma")) is Statistic.FIXED


def test_what_was_built_fixed_moves_only_by_a_rule_on_statistics() -> None:
    assert statistics_under(fixed=True) is Statistic.FIXED
    assert statistics_under(Rule("thaw", "all"), fixed=True) is Statistic.FIXED
    assert statistics_under(Rule("thaw statistics", "all"), fixed=True) is Statistic.MOVING


def test_a_schedule() -> None:
    made = tree("a.weight", "b.weight", "output.weight")
    plan = FreezePlan(
        (
            Rule("freeze", "all"),
            Rule("thaw", "role", "head"),
            Rule("thaw", "block", "b", epoch=3),
            Rule("thaw", "block", "a", epoch=5),
        )
    )
    assert plan.epochs == (1, 3, 5)
    assert [resolve(plan, made, epoch).states for epoch in (1, 2, 3, 4, 5, 6)] == [
        (F, F, T),
        (F, F, T),
        (F, T, T),
        (F, T, T),
        (T, T, T),
        (T, T, T),
    ]
    assert resolve(plan, made).decided == (2, 1, 0, 0)
    assert same_effect(plan, plan, made)
    assert not same_effect(plan, plan.replaced(plan.rules[:3]), made)


def test_statistics_without_weights_follow_the_last_rule_on_them() -> None:
    made = tree("conv.weight", "bn.running_mean", "bn.running_var")
    moving = {1: Statistic.MOVING, 2: Statistic.MOVING}
    fixed = {1: Statistic.FIXED, 2: Statistic.FIXED}

    def statistics(*rules: Rule) -> dict[int, Statistic]:
        return resolve(FreezePlan(rules), made).statistics

    assert statistics() == moving
    assert statistics(Rule("freeze", "all")) == fixed
    assert statistics(Rule("freeze", "all"), Rule("thaw", "block", "bn")) == moving
    assert statistics(Rule("freeze", "all"), Rule("thaw", "block", "conv")) == fixed
    # One of the two cannot move without the other.
    assert statistics(Rule("freeze", "parameter", "bn.running_mean")) == fixed


def test_a_convolution_of_the_same_name_does_not_hold_a_norm_layer_back() -> None:
    made = tree("l1_weight", "l1_gamma", "l1_moving_mean", groups=("l1",))
    resolution = resolve(FreezePlan((Rule("freeze", "parameter", "l1_gamma"),)), made)
    assert resolution.statistics == {2: Statistic.FIXED}


def test_a_parameter_rule_means_the_parameter_and_not_a_block_of_that_name() -> None:
    made = tree("a.b", "a.b.c")
    assert select(Rule("freeze", "parameter", "a.b"), made) == [0]
    assert select(Rule("freeze", "block", "a.b"), made) == [1]


def test_a_names_rule_keeps_to_what_it_selected_when_it_was_made() -> None:
    made = tree(parameter("a.weight", prefixed="ssd7_a_weight"), "b.weight")
    rule = Rule("freeze", "names", "ssd0_a", covers=("a",))
    assert select(rule, made) == [0]
    assert select(Rule("freeze", "names", "ssd0_a"), made) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("freeze", "names", "("), "rule 2 (freeze names (): the pattern does not compile"),
        (Rule("thaw", "structure", "[a"), "rule 2 (thaw structure [a): the pattern"),
        (Rule("freeze", "role", "tail"), "no role 'tail'; there are trunk, neck, head"),
        (Rule("freeze", "names", "(a|a)*$"), "takes longer than"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(rule: Rule, said: str) -> None:
    made = tree(parameter("w", prefixed="a" * 60 + "b"), "v")
    with pytest.raises(PatternError) as raised:
        resolve(FreezePlan((Rule("thaw", "all"), rule)), made)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_model_without_parameters() -> None:
    made = tree()
    plan = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
    assert resolve(plan, made).states == ()
    assert resolve(plan, made).missed == (0, 1)
    assert inverted(FreezePlan(), made) == FreezePlan()
    assert simplified(plan, made) == plan
