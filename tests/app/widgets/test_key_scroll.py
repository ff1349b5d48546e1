"""What scrolls scrolls by the arrows and by vi's keys."""

from __future__ import annotations

import pytest

from tests.app.models import ssd
from tests.app.showing import model_screen, until
from tui.app.widgets.key_scroll import KeyScroll


@pytest.mark.parametrize(
    ("down", "up"),
    [("down", "up"), ("j", "k"), ("pagedown", "pageup"), ("ctrl+f", "ctrl+b"), ("G", "g")],
)
async def test_help(down: str, up: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        scroll = pilot.app.screen.query_one(KeyScroll)
        await pilot.press(down)
        await until(pilot, lambda: scroll.scroll_offset.y > 0)
        await pilot.press(up)
        await until(pilot, lambda: scroll.scroll_offset.y == 0)
