from __future__ import annotations

import msgspec
import pytest

from tests.model.test_presets import by, detector
from tui.model.families import find_roles
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_name import plan_name
from tui.model.presets import PRESETS

ALL, HEAD = Rule("freeze", "all"), Rule("thaw", "role", "head")
STAGE = Rule("thaw", "block", "features.stage3")


@pytest.mark.parametrize("name", ["head", "neck", "all", "norms", "biases"])
def test_a_preset_goes_by_its_own_name(name: str) -> None:
    made = detector()
    assert by(name, made)
    plan = PRESETS[name].on(FreezePlan(), made, find_roles(made))
    assert plan_name(plan) == PRESETS[name].title


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        ((), "as built"),
        ((ALL,), "all frozen"),
        ((STAGE,), "thaw block features.stage3"),
        ((ALL, HEAD, STAGE), "3 rules"),
        # What stands before a rule that takes all decides nothing.
        ((STAGE, ALL, HEAD), "head only"),
        ((ALL, HEAD, msgspec.structs.replace(STAGE, off=True)), "head only"),
        ((ALL, HEAD, Rule("lr_mult", "role", "head", value=2.0)), "head only"),
        # From a later epoch on it is not yet so.
        ((ALL, HEAD, Rule("thaw", "all", epoch=3)), "3 rules"),
    ],
)
def test_names(rules: tuple[Rule, ...], name: str) -> None:
    assert plan_name(FreezePlan(rules)) == name
