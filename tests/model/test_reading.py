"""Plans read from what is left of a network."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.model.models import parameter, tree
from tests.model.plans import models_and_plans
from tests.model.test_snippet import described
from tui.model.families import find_roles
from tui.model.plan import FreezePlan, Rule
from tui.model.presets import PRESETS, PresetError
from tui.model.reading import read_plan_of
from tui.model.resolution import resolve
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree


def left_by(plan: FreezePlan, made: ModelTree, epoch: int = 1) -> ModelTree:
    """The description of a network to which a plan was applied, as if it had been built so."""
    resolution = resolve(plan, made, epoch)
    parameters = tuple(
        msgspec.structs.replace(
            one,
            grad_req="null" if resolution.states[index] is not State.TRAINABLE else "write",
            fixed=resolution.statistics.get(index) is Statistic.FIXED,
            lr_mult=resolution.lr_mults.get(index, one.lr_mult),
            wd_mult=resolution.wd_mults.get(index, one.wd_mult),
        )
        for index, one in enumerate(made.parameters)
    )
    return ModelTree(msgspec.structs.replace(made.model, parameters=parameters))


def all_of(plan: FreezePlan, on: ModelTree, epoch: int = 1) -> object:
    """What a plan leaves, in all."""
    return [
        (one.grad_req if one.can_train else "", one.fixed, one.lr_mult, one.wd_mult)
        for one in left_by(plan, on, epoch).parameters
    ]


@settings(deadline=None, max_examples=60)
@given(models_and_plans(), st.integers(1, 3))
def test_what_is_read_does_the_same(case: tuple[ModelTree, FreezePlan], epoch: int) -> None:
    made, plan = case
    left = left_by(plan, made, epoch)
    read = read_plan_of(made, left).plan
    assert all_of(read, made) == all_of(plan, made, epoch)
    # And on the very network that the script has left, which was built so for all we know.
    assert all_of(read, left) == all_of(plan, made, epoch)


@pytest.mark.parametrize("name", ["ssd_512_mobilenet1.0_custom", "cifar_resnet20_v1"])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_are_read_in_as_few_rules(name: str, preset: str) -> None:
    made = described(name)
    try:
        plan = PRESETS[preset].on(FreezePlan(), made, find_roles(made))
    except PresetError:
        pytest.skip("the model has nothing for it")
    read = read_plan_of(made, left_by(plan, made)).plan
    assert all_of(read, made) == all_of(plan, made)
    assert len(read.rules) <= len(plan.rules)


def test_said_as_a_colleague_would() -> None:
    ssd, cifar = described("ssd_512_mobilenet1.0_custom"), described("cifar_resnet20_v1")
    freeze_all, thaw_head = Rule("freeze", "all"), Rule("thaw", "role", "head")

    def read(made: ModelTree, *rules: Rule) -> tuple[Rule, ...]:
        return read_plan_of(made, left_by(FreezePlan(rules), made)).plan.rules

    assert read(ssd) == read(cifar) == ()
    assert read(ssd, freeze_all, thaw_head) == (Rule("freeze", "role", "trunk"),)
    assert read(ssd, freeze_all) == (freeze_all,)
    for_head = Rule("lr_mult", "role", "head", value=10.0)
    assert read(ssd, for_head) == (for_head,)
    still = Rule("freeze statistics", "all")
    assert read(cifar, still) == (still,)
    one = Rule("freeze statistics", "block", "features.1")
    assert read(cifar, one) == (one,)
    stage = (Rule("freeze", "role", "trunk"), Rule("thaw", "block", "features.4"))
    assert read(cifar, *stage) == stage
    no_decay = PRESETS["no-decay"].on(FreezePlan(), ssd, find_roles(ssd)).rules
    assert read(ssd, *no_decay) == no_decay


def test_statistics_asked_for_a_gradient_are_said() -> None:
    made = tree("bn.gamma", "bn.beta", "bn.running_mean", "bn.running_var", "out.weight")
    asked = tuple(msgspec.structs.replace(one, grad_req="write") for one in made.model.parameters)
    left = ModelTree(msgspec.structs.replace(made.model, parameters=asked))
    read = read_plan_of(made, left)
    assert read.plan == FreezePlan()
    assert "bn.running_mean and 1 more: running statistics" in read.notes[0]


def test_dropout() -> None:
    made = tree("a.weight", parameter("b.weight"), empty=("a.drop", "b.drop"))

    def with_rates(on: ModelTree, **rates: float) -> ModelTree:
        blocks = tuple(
            msgspec.structs.replace(
                block, class_name="Dropout", dropouts=(rates.get(block.path[0], 0.5),)
            )
            if block.path.endswith("drop")
            else block
            for block in on.model.blocks
        )
        return ModelTree(msgspec.structs.replace(on.model, blocks=blocks))

    made = with_rates(made)
    frozen = left_by(FreezePlan((Rule("freeze", "block", "a"),)), made)
    rules = (Rule("freeze", "block", "a"),)
    assert read_plan_of(made, with_rates(frozen, a=0.0)).plan.dropout_off
    assert not read_plan_of(made, with_rates(frozen)).plan.dropout_off
    read = read_plan_of(made, with_rates(frozen, b=0.1))
    assert read.plan.rules[0].action == rules[0].action
    assert read.notes == ("b.drop: its dropout rate was changed; a plan cannot say that",)
