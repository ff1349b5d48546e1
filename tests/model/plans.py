"""Plans at random, over models at random."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.model.models import random_models
from tui.model.description import ModelInfo
from tui.model.plan import ACTIONS, MULTIPLIERS, SELECTORS, FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.states import State
from tui.model.toggles import statistics_toggled, toggled
from tui.model.tree import ModelTree

T, F, A = State.TRAINABLE, State.FROZEN, State.AUXILIARY


patterns = st.sampled_from(["", ".*weight", "net0_a", ".*bn", "(?!.*b).*", "nothing", ".*also"])
globs = st.sampled_from(["*weight*", "a.*", "*.gamma", "?.weight0", "[!a]*", ""])


@st.composite
def random_rules(draw: st.DrawFn, made: ModelInfo) -> Rule:
    """A rule of any kind, mostly for what the model has."""
    paths = [block.path for block in made.blocks] + ["no.such"]
    names = [name for p in made.parameters for name in p.structure_names] + ["no.such"]
    by = draw(st.sampled_from(SELECTORS))
    chosen = {
        "all": st.just(""),
        "block": st.sampled_from(paths),
        "parameter": st.sampled_from(names),
        "names": patterns,
        "structure": patterns,
        "glob": globs,
        "role": st.sampled_from(("trunk", "neck", "head")),
    }
    action = draw(st.sampled_from((*ACTIONS, "freeze", "thaw")))
    return Rule(
        action,
        by,
        draw(chosen[by]),
        value=draw(st.sampled_from((0.0, 0.1, 2.0))) if action in MULTIPLIERS else None,
        epoch=draw(st.sampled_from((1, 1, 1, 2, 3))),
        off=draw(st.sampled_from((False, False, False, True))),
    )


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
        if draw(st.booleans()):
            plan = toggled(plan, made, node, resolve(plan, made).states)
        else:
            plan = statistics_toggled(plan, made, node, resolve(plan, made))
    return made, plan


@st.composite
def wanted_states(draw: st.DrawFn, made: ModelTree, base: Sequence[State]) -> list[State]:
    return [A if state is A else draw(st.sampled_from((T, F))) for state in base]
