"""Themes: which one there is to begin with, that it is remembered, and that it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from textual.color import Color, Lab, rgb_to_lab

from tests.app.models import ssd
from tests.app.showing import NARROW, app_on, model_screen, text_of, until
from tui.app.config import Config
from tui.app.looks import Looks, looks_of, take_up
from tui.app.themes import (
    COLOUR_BLIND,
    OWN,
    first_theme,
    read_last,
    remember,
    theme_file,
    theme_names,
    theme_problem,
)

STATES = ("text-success", "text-primary", "text-warning")
"""Trainable, frozen, partial."""

# How red, green and blue are seen by people who lack one of three kinds of cones (Viénot 1999,
# Brettel 1997): rows make the red, green and blue that look the same to all others.
SEEN = {
    "protan": ((0.11, 0.89, 0.0), (0.11, 0.89, 0.0), (0.004, -0.004, 1.0)),
    "deutan": ((0.29, 0.71, 0.0), (0.29, 0.71, 0.0), (-0.02, 0.02, 1.0)),
    "tritan": ((1.0, 0.13, -0.13), (0.0, 0.87, 0.13), (0.0, 0.87, 0.13)),
}


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    yield
    take_up(None)


def luminance(colour: Color) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in colour.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen(colour: Color, by: str) -> Lab:
    linear = [(value / 255) ** 2.2 for value in colour.rgb]
    mixed = [
        sum(weight * value for weight, value in zip(row, linear, strict=True)) for row in SEEN[by]
    ]
    red, green, blue = (round(255 * min(1, max(0, value)) ** (1 / 2.2)) for value in mixed)
    return rgb_to_lab(Color(red, green, blue))


def apart(one: Lab, other: Lab) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_states_can_be_read_on_every_ground(theme: object) -> None:
    variables = theme.to_color_system().generate()  # type: ignore[attr-defined]
    for ground in ("background", "surface", "panel"):
        behind = Color.parse(variables[ground])
        for name in (*STATES, "text-error", "text-accent", "foreground"):
            assert contrast(Color.parse(variables[name]), behind) >= 4.5, (name, ground)


@pytest.mark.parametrize("theme", OWN, ids=lambda theme: theme.name)
def test_the_row_of_the_cursor_can_be_read(theme: object) -> None:
    behind = Color.parse(theme.primary)  # type: ignore[attr-defined]
    assert contrast(behind.get_contrast_text(), behind) >= 4.5


@pytest.mark.parametrize("by", SEEN)
def test_with_few_cones_states_differ_in_colour_as_well(by: str) -> None:
    variables = COLOUR_BLIND.to_color_system().generate()
    colours = {name: seen(Color.parse(variables[name]), by) for name in STATES}
    # Five is what is seen side by side; partial and trainable have their lightness besides.
    assert apart(colours["text-success"], colours["text-primary"]) >= 30
    assert min(apart(a, b) for a, b in combinations(colours.values(), 2)) >= 10


@pytest.mark.parametrize(
    ("asked", "last", "colours", "theme"),
    [
        (Looks(), "", 1 << 24, "textual-dark"),
        (Looks(), "", 16, "ansi-dark"),
        (Looks(), "nord", 16, "nord"),
        (Looks(slow=True), "nord", 1 << 24, "ansi-dark"),
        (Looks(theme="thaw", slow=True), "nord", 16, "thaw"),
    ],
)
def test_the_first_theme(asked: Looks, last: str, colours: int, theme: str) -> None:
    assert first_theme(asked, last, colours) == theme


def test_the_command_line_goes_before_the_configuration() -> None:
    assert looks_of(Config(theme="nord"), theme="thaw").theme == "thaw"
    assert looks_of(Config(theme="nord")).theme == "nord"


def test_a_theme_that_there_is_not() -> None:
    assert "did you mean nord?" in theme_problem("nrod")
    assert [theme_problem(name) for name in theme_names()] == [""] * len(theme_names())


def test_the_last_one_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "state" / "theme.toml"
    assert read_last(file) == ""
    remember(file, "nord")
    assert read_last(file) == "nord"


@pytest.mark.parametrize("text", ["theme = 3", "theme = 'gone'", "theme ="])
def test_what_is_remembered_wrongly_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "theme.toml").write_text(text)
    assert read_last(tmp_path / "theme.toml") == ""


async def test_what_is_chosen_in_the_palette_is_there_the_next_time() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        pilot.app.action_change_theme()
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press(*"blue-orange")
        await pilot.pause(0.3)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pilot.app.theme == "blue-orange")
        await until(pilot, lambda: read_last(theme_file()) == "blue-orange")
    take_up(looks_of(Config()))
    async with model_screen(ssd()) as (pilot, _):
        assert pilot.app.theme == "blue-orange"


async def test_names_in_what_is_said_do_nothing() -> None:
    take_up(looks_of(Config(), ("theme = '[/x]': no theme is called that",), Path("config.toml")))
    app = app_on(ssd())
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await until(pilot, lambda: "[/x]" in text_of(pilot))


async def test_a_slow_link_is_not_remembered() -> None:
    async with model_screen(ssd()) as (pilot, _):
        pilot.app.action_slow()  # type: ignore[attr-defined]
        await until(pilot, lambda: pilot.app.theme == "ansi-dark")
        await pilot.pause()
        assert read_last(theme_file()) == ""
