from __future__ import annotations

import pytest

from tests.model.models import tree
from tui.model.families import find_roles
from tui.model.presets import PRESETS, PresetError, head_only
from tui.model.resolution import resolve
from tui.model.states import State


def test_head_only() -> None:
    made = tree("features.0.weight", "output.weight", "output.bias", "features.1.running_mean")
    plan = head_only(made, find_roles(made))
    assert resolve(plan, made).states == (
        State.FROZEN,
        State.TRAINABLE,
        State.TRAINABLE,
        State.AUXILIARY,
    )


def test_head_only_needs_to_know_the_head() -> None:
    made = tree("weight")
    with pytest.raises(PresetError, match="last layers") as raised:
        head_only(made, find_roles(made))
    assert "space" in str(raised.value)


def test_everything() -> None:
    made = tree("features.0.weight", "features.1.running_mean")
    plan = PRESETS["all"].make(made, find_roles(made))
    assert resolve(plan, made).states == (State.TRAINABLE, State.AUXILIARY)
