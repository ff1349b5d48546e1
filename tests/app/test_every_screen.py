"""What holds for every screen: in ASCII, without colours, in the terminal's own colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color
from textual.pilot import Pilot

from tests.app.every_screen import NAMES, shown_screen
from tests.app.showing import text_of
from tui.app.config import Config
from tui.app.looks import looks_of, take_up


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    yield
    take_up(None)


def colours(pilot: Pilot[Any]) -> set[Color]:
    """All that are seen: of what is written, and of what is behind it."""
    lines = pilot.app.screen._compositor.render_strips()
    drawn = [(text, style) for strip in lines for text, style, _ in strip if style is not None]
    seen = [style.bgcolor for _, style in drawn]
    seen += [style.color for text, style in drawn if text.strip()]
    return {colour for colour in seen if colour is not None and not colour.is_default}


@pytest.mark.parametrize("name", NAMES)
async def test_in_ascii_every_character_is_ascii(name: str, tmp_path: Path) -> None:
    take_up(looks_of(Config(ascii=True)))
    async with shown_screen(name, tmp_path) as pilot:
        text = text_of(pilot)
        assert re.search(r"\w{3}", text), "nothing is shown"
        assert sorted({sign for sign in text if not sign.isascii()} - {"\n"}) == []


@pytest.mark.parametrize("name", NAMES)
async def test_without_colours_there_is_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown_screen(name, tmp_path) as pilot:
        assert re.search(r"\w{3}", text_of(pilot)), "nothing is shown"
        assert colours(pilot) == set()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "pictures"])
async def test_in_the_terminals_own_colours_there_is_no_other(name: str, tmp_path: Path) -> None:
    take_up(looks_of(Config(theme="ansi-dark")))
    async with shown_screen(name, tmp_path) as pilot:
        assert {one for one in colours(pilot) if not one.is_system_defined} == set()
