from __future__ import annotations

import fnmatch
import re
from collections import deque
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import parameter, random_models, tree
from tui.model.description import ModelInfo
from tui.model.plan import (
    FreezePlan,
    Rule,
    built_states,
    covering,
    describe,
    folded,
    inverted,
    resolve,
    select,
    simplified,
    toggled,
)
from tui.model.selection import PatternError
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY

patterns = st.sampled_from(["", ".*weight", "net0_a", ".*bn", "(?!.*b).*", "nothing", ".*also"])
globs = st.sampled_from(["*weight*", "a.*", "*.gamma", "?.weight0", "[!a]*", ""])


@st.composite
def random_rules(draw: st.DrawFn, made: ModelInfo) -> Rule:
    """A rule of any kind, mostly for what the model has."""
    action = draw(st.sampled_from(("freeze", "thaw")))
    paths = [block.path for block in made.blocks] + ["no.such"]
    names = [name for p in made.parameters for name in p.structure_names] + ["no.such"]
    match draw(
        st.sampled_from(("all", "block", "parameter", "names", "structure", "glob", "role"))
    ):
        case "block":
            return Rule(action, "block", draw(st.sampled_from(paths)))
        case "parameter":
            return Rule(action, "parameter", draw(st.sampled_from(names)))
        case "names" | "structure" as by:
            return Rule(action, by, draw(patterns))
        case "glob":
            return Rule(action, "glob", draw(globs))
        case "role":
            return Rule(action, "role", draw(st.sampled_from(("trunk", "neck", "head"))))
    return Rule(action, "all")


@st.composite
def models_and_plans(draw: st.DrawFn, shared: bool = True) -> tuple[ModelTree, FreezePlan]:
    made = draw(random_models(shared=shared))
    rules = draw(st.lists(random_rules(made), max_size=6))
    return ModelTree(made), FreezePlan(tuple(rules))


@st.composite
def toggled_models(draw: st.DrawFn) -> tuple[ModelTree, FreezePlan]:
    """A model, and a plan made by a person's toggles after some rules."""
    made, plan = draw(models_and_plans())
    for node in draw(st.lists(st.integers(0, len(made.nodes) - 1), max_size=6)):
        plan = toggled(plan, made, node, resolve(plan, made).states)
    return made, plan


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


@given(models_and_plans())
def test_later_rules_win(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    plan = FreezePlan(tuple(rule for rule in plan.rules if rule.by != "role"))
    states = [A if not p.can_train else F if p.grad_req == "null" else T for p in made.parameters]
    last = [-1] * len(states)
    selected = []
    for number, rule in enumerate(plan.rules):
        found = by_hand(rule, made)
        selected.append(len(found))
        for index in found:
            last[index] = number
            if states[index] is not A:
                states[index] = F if rule.action == "freeze" else T
    resolution = resolve(plan, made)
    assert list(resolution.states) == states
    assert list(resolution.selected) == selected
    assert list(resolution.decided) == [last.count(n) for n in range(len(plan.rules))]
    assert list(resolution.missed) == [n for n, count in enumerate(selected) if not count]


@given(models_and_plans())
def test_statistics_follow_their_weights(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    resolution = resolve(plan, made)
    statistics = {i for i, p in enumerate(made.parameters) if p.kind == "statistic"}
    assert set(resolution.statistics) == statistics
    for block in made.model.blocks:
        own = [i for i in block.parameters if i in statistics]
        weights = [i for i in block.parameters if made.parameters[i].can_train]
        # MXNet has one switch for the mean and the variance of a layer.
        assert len({resolution.statistics[i] for i in own}) <= 1
        if own and weights:
            frozen = all(resolution.states[i] is F for i in weights)
            assert resolution.statistics[own[0]] is (
                Statistic.FIXED if frozen else Statistic.MOVING
            )


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


def test_a_toggle_where_nothing_can_train_is_none() -> None:
    made = tree("a.weight", "bn.running_mean")
    plan = FreezePlan()
    assert toggled(plan, made, made.index_of["bn"], built_states(made)) is plan


@given(toggled_models())
def test_simplified_says_the_same(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    shorter = simplified(plan, made)
    assert len(shorter.rules) <= len(plan.rules)
    before, after = resolve(plan, made), resolve(shorter, made)
    assert after.states == before.states
    assert after.statistics == before.statistics


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


@st.composite
def wanted_states(draw: st.DrawFn, made: ModelTree, base: Sequence[State]) -> list[State]:
    return [A if state is A else draw(st.sampled_from((T, F))) for state in base]


@given(models_and_plans(), st.data())
def test_folded_turns_one_into_the_other(
    case: tuple[ModelTree, FreezePlan], data: st.DataObject
) -> None:
    made, plan = case
    base = resolve(plan, made).states
    wanted = data.draw(wanted_states(made, base))
    rules = folded(made, wanted, base)
    assert list(resolve(plan.with_rules(*rules), made).states) == wanted
    assert len(rules) <= sum(a is not b for a, b in zip(base, wanted, strict=True))


@given(random_models(most=5, shared=False), st.data())
def test_folded_is_as_short_as_can_be(info: ModelInfo, data: st.DataObject) -> None:
    made = ModelTree(info)
    base = built_states(made)
    wanted = data.draw(wanted_states(made, base))
    assert len(folded(made, wanted, base)) == fewest_by_search(made, wanted, base)


def fewest_by_search(made: ModelTree, wanted: Sequence[State], base: Sequence[State]) -> int:
    """How many block and parameter rules it takes: every plan is tried, shortest first."""
    subtrees = {tuple(made.under(node)) for node in range(len(made.nodes))}
    queue = deque([(tuple(base), 0)])
    seen = {tuple(base)}
    while queue:
        states, steps = queue.popleft()
        if states == tuple(wanted):
            return steps
        for subtree in subtrees:
            for outcome in (T, F):
                after = tuple(
                    outcome if i in subtree and state is not A else state
                    for i, state in enumerate(states)
                )
                if after not in seen:
                    seen.add(after)
                    queue.append((after, steps + 1))
    raise AssertionError("every state can be reached by parameter rules")


@given(models_and_plans())
def test_inverted_turns_around_and_back(case: tuple[ModelTree, FreezePlan]) -> None:
    made, plan = case
    states = resolve(plan, made).states
    other = resolve(inverted(made, states), made).states
    assert other == tuple({T: F, F: T}.get(state, state) for state in states)
    assert resolve(inverted(made, other), made).states == states


@given(random_models(), st.data())
def test_covering_covers_exactly(info: ModelInfo, data: st.DataObject) -> None:
    made = ModelTree(info)
    wanted = data.draw(
        st.sets(st.integers(0, len(made.parameters) - 1)) if made.parameters else st.just(set())
    )
    covers = covering(made, wanted)
    assert select(Rule("freeze", "names", "pattern", covers), made) == sorted(wanted)
    assert len(covers) <= len(wanted)


def test_covering_in_groups_beside_parameters_of_the_same_name() -> None:
    # From a symbol with variables `fc` and `fc_weight`.
    made = tree("s.fc", "s.fc_weight", "s.fc_bias", "s.conv_weight", groups=("s.conv",))
    assert covering(made, [0]) == ("s.fc",)
    assert select(Rule("freeze", "parameter", "s.fc"), made) == [0]


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


def test_rules_in_words() -> None:
    assert describe(Rule("freeze", "block", "features")) == "freeze block features"
    assert describe(Rule("thaw", "all")) == "thaw all"


def test_a_model_without_parameters() -> None:
    made = tree()
    plan = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
    assert resolve(plan, made).states == ()
    assert resolve(plan, made).missed == (0, 1)
    assert inverted(made, ()) == FreezePlan()
    assert simplified(plan, made) == plan
