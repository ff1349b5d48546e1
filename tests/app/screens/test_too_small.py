"""A terminal smaller than 60×16."""

from __future__ import annotations

import pytest

from tests.app.models import ssd
from tests.app.showing import app_on, model_screen, text_of, until
from tui.app.screens.model import ModelScreen
from tui.app.screens.run_facts import RunFacts
from tui.app.screens.too_small import TooSmallScreen


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (1, 1)])
async def test_says_so_and_comes_back(size: tuple[int, int]) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "j")
        await pilot.resize_terminal(*size)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        if size[0] > 10:
            assert f"This terminal has {size[0]} and {size[1]}." in text_of(pilot)
        await pilot.resize_terminal(60, 16)
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.parameter_tree.cursor == 1
        assert len(screen.session.plan.rules) == 2
        assert "features" in text_of(pilot)


async def test_started_too_small() -> None:
    app = app_on(ssd())
    async with app.run_test(size=(40, 10)) as pilot:
        await until(pilot, lambda: any(isinstance(s, ModelScreen) for s in app.screen_stack))
        await until(pilot, lambda: isinstance(app.screen, TooSmallScreen))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))


async def test_over_a_dialog() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        dialog = pilot.app.screen
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: pilot.app.screen is dialog)


@pytest.mark.parametrize("key", ["f1", "question_mark", "ctrl+p"])
async def test_nothing_comes_over_it(key: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.resize_terminal(50, 12)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        await pilot.press(key)
        assert isinstance(pilot.app.screen, TooSmallScreen)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_what_comes_meanwhile_comes_below_it() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.resize_terminal(50, 12)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        window = RunFacts("Facts", ())
        pilot.app.push_screen(window)
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        assert pilot.app.screen_stack[-3:-1] == [screen, window]
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: pilot.app.screen is window)
