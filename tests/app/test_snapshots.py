"""How the screens look: compared with pictures that were looked at."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.models import cifar, layers, opened, ssd
from tests.app.showing import NARROW, WIDE, app_on, until
from tui.app.screens.model import ModelScreen
from tui.app.screens.snippet import SnippetScreen
from tui.app.screens.too_small import TooSmallScreen

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])

CODE = """\
from gluoncv import model_zoo

net = model_zoo.get_model("ssd_512_mobilenet1.0_custom", classes=["fig", "date", "hazelnut"])

# Head only: the trunk keeps its weights.
net.features.collect_params().setattr("grad_req", "null")
"""


async def model_open(pilot: Pilot[Any]) -> ModelScreen:
    """Wait for the model screen; no cursor blinks in a picture."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ModelScreen))
    screen = pilot.app.screen
    assert isinstance(screen, ModelScreen)
    screen.pattern_field.field.cursor_blink = False
    screen.find_field.field.cursor_blink = False
    return screen


@SIZES
def test_model_screen(snap_compare: Any, size: tuple[int, int]) -> None:
    async def head_only(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("h", "j", "j", "right", "j")

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=head_only)


def test_model_screen_smallest(snap_compare: Any) -> None:
    async def head_only(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("h")

    assert snap_compare(app_on(ssd()), terminal_size=(60, 16), run_before=head_only)


def test_model_screen_largest(snap_compare: Any) -> None:
    async def unfolded(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("Z", "j", "j", "j", "j", "space")

    assert snap_compare(app_on(cifar()), terminal_size=(200, 60), run_before=unfolded)


@SIZES
def test_pattern_with_matches(snap_compare: Any, size: tuple[int, int]) -> None:
    async def typed(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("slash", *".*expand")
        await until(pilot, lambda: screen.pattern_field.matched)

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=typed)


@SIZES
def test_find(snap_compare: Any, size: tuple[int, int]) -> None:
    async def typed(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("2", "f", *"expand_conv")
        await until(pilot, lambda: screen.find_field.found)
        await pilot.press("down")

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=typed)


@SIZES
def test_filter(snap_compare: Any, size: tuple[int, int]) -> None:
    async def frozen(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("h", "F", "F", "Z", "j", "j")

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=frozen)


def test_filter_smallest(snap_compare: Any) -> None:
    async def found(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("f", *"c2pw")
        await until(pilot, lambda: screen.find_field.found)
        await pilot.press("enter")
        await until(pilot, lambda: not screen.find_field.display)
        await pilot.press("F")

    assert snap_compare(app_on(ssd()), terminal_size=(60, 16), run_before=found)


@SIZES
def test_pattern_hint(snap_compare: Any, size: tuple[int, int]) -> None:
    async def typed(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("slash", *"(?!dense).*")
        await until(pilot, lambda: screen.pattern_field.matched)
        await pilot.press("enter")

    assert snap_compare(app_on(cifar()), terminal_size=size, run_before=typed)


@SIZES
def test_snippet(snap_compare: Any, size: tuple[int, int]) -> None:
    async def window(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        pilot.app.push_screen(SnippetScreen(CODE, "ssd"))
        await until(pilot, lambda: isinstance(pilot.app.screen, SnippetScreen))

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=window)


@SIZES
def test_help(snap_compare: Any, size: tuple[int, int]) -> None:
    async def window(pilot: Pilot[Any]) -> None:
        screen = await model_open(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)

    assert snap_compare(app_on(ssd()), terminal_size=size, run_before=window)


def test_too_small(snap_compare: Any) -> None:
    async def shown(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        await until(pilot, lambda: any(isinstance(s, ModelScreen) for s in pilot.app.screen_stack))

    assert snap_compare(app_on(ssd()), terminal_size=(50, 12), run_before=shown)


def test_hostile_names(snap_compare: Any) -> None:
    async def unfolded(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("Z", "j", "j")

    model = layers("[red]a[/]", "\x1b[31mb", "\u202ec", "層", name="[b]\x1b]0;x\x07")
    assert snap_compare(app_on(opened(model)), terminal_size=NARROW, run_before=unfolded)


def test_without_colour(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def head_only(pilot: Pilot[Any]) -> None:
        await model_open(pilot)
        await pilot.press("h", "j")

    assert snap_compare(app_on(ssd()), terminal_size=NARROW, run_before=head_only)
