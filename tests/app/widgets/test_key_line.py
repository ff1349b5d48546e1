"""The footer keeps what is needed most."""

from __future__ import annotations

import pytest

from tests.app.models import ssd
from tests.app.showing import model_screen, text_of
from tui.app.widgets.key_line import KeyItem, fitting

ITEMS = [KeyItem("a", "one", 1, 0), KeyItem("b", "two", 3, 1), KeyItem("c", "three", 2, 2)]


def test_the_highest_rank_goes_first() -> None:
    assert [item.key for item in fitting(ITEMS, 80)] == ["a", "b", "c"]
    assert [item.key for item in fitting(ITEMS, 16)] == ["a", "c"]
    assert [item.key for item in fitting(ITEMS, 5)] == ["a"]
    assert fitting(ITEMS, 2) == []


@pytest.mark.parametrize(
    ("width", "keys"),
    [(80, ["space", "h", "a", "/", "t", "y", "u", "?", "q"]), (60, ["space", "h", "t", "?", "q"])],
)
async def test_keys_on_the_model_screen(width: int, keys: list[str]) -> None:
    async with model_screen(ssd(), (width, 24)) as (pilot, _):
        shown = text_of(pilot).splitlines()[-1].split()
        assert [key for key in keys if key not in shown] == []


async def test_a_click_presses_the_key() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        before = screen.session.plan
        left = text_of(pilot).splitlines()[-1].index("h head")
        await pilot.click("#keys", offset=(left, 0))
        await pilot.pause()
        assert screen.session.plan != before
