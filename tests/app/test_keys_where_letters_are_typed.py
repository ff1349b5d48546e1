"""Where letters are typed, ^j and ^k go down and up as the arrows do."""

from __future__ import annotations

import pytest

from tests.app.browsing import browser
from tests.app.gallery import on_show
from tests.app.models import ssd
from tests.app.showing import model_screen, until

ARROWS = pytest.mark.parametrize(("down", "up"), [("down", "up"), ("ctrl+j", "ctrl+k")])


@ARROWS
async def test_in_the_list_of_models(down: str, up: str) -> None:
    async with browser() as (pilot, screen, _):
        first = screen.models.current
        await pilot.press(*"resnet", down)
        await until(pilot, lambda: screen.models.current not in (None, first))
        second = screen.models.current
        await pilot.press(up)
        assert screen.models.current is not second
        assert screen.filter.value == "resnet"


@ARROWS
async def test_in_the_form(down: str, up: str) -> None:
    async with on_show("train_form") as pilot:
        first = pilot.app.screen.focused
        await pilot.press(down)
        assert pilot.app.screen.focused is not first
        await pilot.press(up)
        assert pilot.app.screen.focused is first


@ARROWS
async def test_among_what_was_found(down: str, up: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("f", *"weight")
        await until(pilot, lambda: screen.find_field.found)
        first = screen.parameter_tree.cursor
        await pilot.press(down)
        await until(pilot, lambda: screen.parameter_tree.cursor != first)
        await pilot.press(up)
        await until(pilot, lambda: screen.parameter_tree.cursor == first)
