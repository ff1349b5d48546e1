from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.model.models import random_models, tree
from tests.model.plans import models_and_plans, wanted_states
from tui.model.description import ModelInfo
from tui.model.folding import covering, folded
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import built_states, resolve, select
from tui.model.states import State
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


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
