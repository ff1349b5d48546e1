from __future__ import annotations

import msgspec
import pytest

from tests.model.models import parameter, tree
from tui.model.findings import contradicted, findings, unpretrained_frozen
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.tree import ModelTree


def texts(made: ModelTree, *rules: Rule) -> list[str]:
    return [finding.text for finding in findings(FreezePlan(rules), made)]


def test_nothing_to_say() -> None:
    made = tree("features.0.weight", "output.weight")
    assert texts(made, Rule("freeze", "all"), Rule("thaw", "role", "head")) == []


def test_rules_that_select_nothing() -> None:
    made = tree("features.0.weight", "output.weight")
    assert texts(
        made,
        Rule("freeze", "block", "backbone"),
        Rule("freeze statistics", "block", "features"),
        Rule("freeze", "block", "nowhere", off=True),
    ) == [
        "rule 1 (freeze block backbone) selects nothing in this model",
        "rule 2 (freeze statistics block features) selects no norm layer in this model",
    ]


def test_statistics_asked_to_train() -> None:
    made = tree("bn.gamma", "bn.running_mean", "bn.running_var")
    said = texts(made, Rule("thaw", "glob", "*.running_*"))
    assert said == [
        "rule 1 (thaw glob *.running_*) selects only statistics and constants, which cannot train"
    ]


def test_a_learning_rate_of_nothing_is_no_freeze() -> None:
    made = tree("features.weight", "output.weight")
    said = texts(made, Rule("lr_mult", "block", "features", value=0.0))
    assert "is no freeze: momentum can still move" in said[0]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((Rule("freeze", "all"),), "everything is frozen under this plan, so nothing trains"),
        (
            (Rule("freeze", "all"), Rule("thaw", "all", epoch=2)),
            "everything is frozen in the first epoch under this plan, so nothing trains",
        ),
    ],
)
def test_everything_frozen(rules: tuple[Rule, ...], said: str) -> None:
    assert texts(tree("a.weight", "output.weight"), *rules) == [said]


def test_shared_parameters_under_contradicting_rules() -> None:
    made = tree(parameter("a.weight", "b.weight"), "c.weight")
    against = (Rule("freeze", "block", "a"), Rule("thaw", "block", "b"))
    assert contradicted(FreezePlan(against), made) == (0,)
    assert texts(made, *against) == [
        "a.weight, b.weight: one parameter, frozen in one place and thawed in another; "
        "the later rule wins"
    ]
    # Who speaks of both places contradicts nobody.
    for rules in (
        (Rule("freeze", "block", "a"), Rule("freeze", "block", "b")),
        (Rule("freeze", "all"), Rule("thaw", "all")),
        (Rule("freeze", "structure", "weight"), Rule("thaw", "structure", "weight")),
        (Rule("freeze", "block", "a"), Rule("thaw", "block", "b", off=True)),
    ):
        assert contradicted(FreezePlan(rules), made) == ()


def test_frozen_but_never_pretrained() -> None:
    old = msgspec.structs.replace(parameter("features.old.weight"), pretrained=True)
    made = tree(old, "features.new.weight", "features.new.bias", "output.weight")
    plan = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
    assert unpretrained_frozen(made, resolve(plan, made)) == (1, 2)
    assert texts(made, *plan.rules) == [
        "frozen, but never pretrained: features.new (2 parameters were initialised at random "
        "and will stay so)"
    ]
    # Where nothing came from a file, a person has said so: --no-weights.
    assert unpretrained_frozen(tree("a.weight", "output.weight"), resolve(plan, made)) == ()
