"""Pictures of the list of runs and of the comparison, looked at by eye when they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.showing import NARROW, WIDE, until
from tests.app.some_runs import make_runs, runs_app, two_runs
from tui.app.app import ThawApp
from tui.app.glyphs import ASCII, use
from tui.app.screens.compare import CompareScreen
from tui.app.screens.runs import RunsScreen

SIZES = pytest.mark.parametrize(
    "size", [NARROW, WIDE, (60, 16), (200, 60)], ids=["narrow", "wide", "small", "large"]
)
Compare = Callable[..., bool]


def pressing(*keys: str) -> Callable[[Pilot[Any]], Any]:
    """Press these once all has been read."""

    async def press(pilot: Pilot[Any]) -> None:
        def read() -> bool:
            screen = pilot.app.screen
            if isinstance(screen, CompareScreen):
                return screen.found is not None
            return isinstance(screen, RunsScreen) and screen.looks > 0

        await until(pilot, read)
        await pilot.press(*keys)
        await pilot.pause()

    return press


def compare_app(*, live: bool = False) -> ThawApp:
    return ThawApp(first=CompareScreen(two_runs(live=live), interval=60))


@pytest.fixture
def ascii_only() -> Iterator[None]:
    use(ASCII)
    yield
    use(None)


@SIZES
def test_the_list(snap_compare: Compare, size: tuple[int, int]) -> None:
    make_runs("running", "paused", "done", "stopped", "failed", "lost")
    keys = pressing("down", "down", "space", "space")
    assert snap_compare(runs_app()[0], terminal_size=size, run_before=keys)


def test_the_list_in_ascii(snap_compare: Compare, ascii_only: None) -> None:
    make_runs("running", "paused", "done", "stopped", "failed", "lost")
    keys = pressing("down", "space")
    assert snap_compare(runs_app()[0], terminal_size=NARROW, run_before=keys)


def test_the_list_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    make_runs("running", "paused", "done", "stopped", "failed", "lost")
    assert snap_compare(runs_app()[0], terminal_size=NARROW, run_before=pressing("down"))


@pytest.mark.parametrize("size", [NARROW, (60, 16)], ids=["narrow", "small"])
def test_an_empty_list(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(runs_app()[0], terminal_size=size, run_before=pressing())


def test_a_narrowed_list(snap_compare: Compare) -> None:
    make_runs("running", "paused", "done", "stopped", "failed", "lost")
    keys = pressing("slash", *"st")
    assert snap_compare(runs_app()[0], terminal_size=NARROW, run_before=keys)


@pytest.mark.parametrize("size", [NARROW, (60, 16)], ids=["narrow", "small"])
def test_deleting(snap_compare: Compare, size: tuple[int, int]) -> None:
    folder, _ = make_runs("done", "lost")
    (folder.weights / "final.params").write_bytes(bytes(2_500_000))
    assert snap_compare(runs_app()[0], terminal_size=size, run_before=pressing("x"))


@SIZES
def test_comparing(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert snap_compare(compare_app(), terminal_size=size, run_before=pressing())


def test_comparing_in_ascii(snap_compare: Compare, ascii_only: None) -> None:
    keys = pressing("v", "a")
    assert snap_compare(compare_app(), terminal_size=NARROW, run_before=keys)


def test_comparing_without_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(compare_app(live=True), terminal_size=NARROW, run_before=pressing("G"))
