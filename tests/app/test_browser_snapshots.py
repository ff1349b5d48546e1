"""How the list of models looks: compared with pictures that were looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.browsing import OWN, SSD, open_before, put_weights
from tests.app.showing import NARROW, WIDE, until
from tui.app.app import ThawApp
from tui.app.glyphs import ASCII, use
from tui.app.screens.browser import BrowserScreen

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE, (60, 16)], ids=["narrow", "wide", "small"])


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Press these once the list is there."""

    async def press(pilot: Pilot[Any]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, BrowserScreen)
        await until(pilot, lambda: screen.models.rows)
        await pilot.press(*keys)
        await pilot.pause()

    return press


@pytest.fixture(autouse=True)
def opened_before() -> None:
    open_before(OWN, SSD)
    put_weights("alexnet-44335d1f")


@pytest.fixture
def ascii_only() -> Iterator[None]:
    use(ASCII)
    yield
    use(None)


@SIZES
def test_all_models(snap_compare: Any, size: tuple[int, int]) -> None:
    assert snap_compare(ThawApp(), terminal_size=size, run_before=pressing("down", "down"))


@SIZES
def test_narrowed(snap_compare: Any, size: tuple[int, int]) -> None:
    keys = pressing(*"frcnn", "space", *"r50", "down")
    assert snap_compare(ThawApp(), terminal_size=size, run_before=keys)


def test_in_ascii(snap_compare: Any, ascii_only: None) -> None:
    assert snap_compare(ThawApp(), terminal_size=NARROW, run_before=pressing())


def test_nothing_matches(snap_compare: Any) -> None:
    keys = pressing(*"resnte50_v1")
    assert snap_compare(ThawApp(), terminal_size=NARROW, run_before=keys)


def test_which_weights(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MXNET_HOME", "/mxnet")
    keys = pressing(*"vgg11_bn", "enter")
    assert snap_compare(ThawApp(), terminal_size=NARROW, run_before=keys)


def test_class_names(snap_compare: Any) -> None:
    keys = pressing(*"yolo3", "space", *"custom", "enter", *"fig,", "enter")
    assert snap_compare(ThawApp(), terminal_size=NARROW, run_before=keys)
