"""The fields in which something is typed, when keys arrive in one burst: a paste, a slow link."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.models import cifar
from tests.app.showing import model_screen, until
from tui.app.screens.model import ModelScreen
from tui.model.states import State


def burst(pilot: Pilot[int], typed: str) -> None:
    """What is typed, and Enter, as the app finds it where all of it comes at once."""
    for character in typed:
        pilot.app.post_message(events.Key(character, character))
    pilot.app.post_message(events.Key("enter", "\r"))


def frozen(screen: ModelScreen) -> set[str]:
    states = screen.session.resolution.states
    return {
        one.structure_name
        for one, state in zip(screen.session.tree.parameters, states, strict=True)
        if state is State.FROZEN
    }


@pytest.mark.parametrize("text", [".*dense", ".*dense0_weight"])
async def test_enter_freezes_what_all_of_the_pattern_matches(text: str) -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await pilot.press("slash")
        burst(pilot, text)
        await until(pilot, lambda: not screen.pattern_field.display)
        wanted = {"output.weight", "output.bias"} if text == ".*dense" else {"output.weight"}
        assert frozen(screen) == wanted


async def test_enter_stays_where_all_of_what_was_typed_is_found() -> None:
    async with model_screen(cifar()) as (pilot, screen):
        await pilot.press("f")
        burst(pilot, "output")
        await until(pilot, lambda: not screen.find_field.display)
        cursor = screen.session.tree.nodes[screen.parameter_tree.cursor]
        assert cursor.path == "output"
        assert "found" in screen.message.message
