"""What the first batch has shown, and what a classifier confuses, on the run screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.app.fake_trainer import CLASSES, finished, proof, sample_events
from tests.app.run_screens import Host, living, screen_of, settled, shown
from tui.app.screens.run import RunScreen
from tui.app.screens.run_facts import RunFacts
from tui.runs.events import Checked, Confused, Event, Phase, Step, Validated

SIZES = [(80, 24), (120, 40)]
IDS = ["80x24", "120x40"]
CHECKED = Checked(
    loss=6.1234,
    losses={"class": 4.2111, "box": 1.9123},
    seconds=2.3456,
    pictures=8,
    labels=31,
    parameter_bytes=22_400_000,
    gradient_bytes=1_248_000,
    optimizer_bytes=1_248_000,
    activation_bytes=331_000_000,
    statistics_fixed=62,
    statistics=62,
)
CONFUSED = tuple(
    Confused(real, found, count, 40)
    for real, found, count in (
        ("fig", "date", 12),
        ("hazelnut", "fig [bold]", 7),
        ("a class whose name is far too long for its column", "date", 1),
    )
)

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def checked_only() -> list[Event]:
    log = list(sample_events(0))
    return [*log, CHECKED, Phase("training")]


def classifier() -> list[Event]:
    log = [event for event in sample_events(100) if not isinstance(event, Validated)]
    log.insert(4, CHECKED)
    per_class = dict.fromkeys(CLASSES, 0.5)
    return [
        *log,
        Validated(1, 100, "accuracy", 0.5, per_class, {}, CONFUSED, "confusion.csv"),
    ]


async def test_the_first_batch_is_there_until_the_first_step() -> None:
    screen = screen_of(checked_only(), process=living())
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = shown(screen, "first-batch")
        for said in (
            "8 pictures, 31 labels in range",
            "2.35 s",
            "6.1234  (class 4.2111 · box 1.9123)",
            "24 of 205 parameters, 312.0 K of 5.6 M values\nstatistics  62 of 62 fixed",
            "about 355.9 MB: parameters 22.4 MB · gradients 1.2 MB",
            "optimizer 1.2 MB · activations 331.0 MB",
        ):
            assert said in text
        assert screen.query_one("#first-batch").display
        step = next(event for event in sample_events(1) if isinstance(event, Step))
        screen.state._stepped(step, 1_000_010.0)
        screen._show()
        assert not screen.query_one("#first-batch").display
        await pilot.press("b")
        window = pilot.app.screen
        assert isinstance(window, RunFacts)
        await pilot.press("b")
        assert pilot.app.screen is screen


async def test_a_batch_whose_memory_was_not_seen() -> None:
    from msgspec.structs import replace

    log = [*sample_events(0), replace(CHECKED, activation_bytes=None, labels=0, statistics=0)]
    screen = screen_of(log, process=living())
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        text = shown(screen, "first-batch")
        assert "activations not seen" in text
        assert "labels" not in text
        assert "statistics" not in text


async def test_neither_is_offered_where_there_is_none() -> None:
    screen = screen_of(list(sample_events(250)), process=living())
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("b", "m")
        assert pilot.app.screen is screen


async def test_mistakes_are_reachable_after_the_end() -> None:
    screen = screen_of([*classifier(), proof(), finished(100)])
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("m")
        assert isinstance(pilot.app.screen, RunFacts)
        text = str(pilot.app.screen.query_one("#facts").content)  # type: ignore[attr-defined]
        assert "fig [bold]" in text
        assert "30.0 %" in text
        assert "confusion.csv" in text


def compared(snap_compare: Compare, screen: RunScreen, size: tuple[int, int], *keys: str) -> bool:
    async def press(pilot: object) -> None:
        await settled(pilot)  # type: ignore[arg-type]
        await pilot.press(*keys)  # type: ignore[attr-defined]

    return snap_compare(Host(screen), terminal_size=size, run_before=press)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_before_the_first_step(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compared(snap_compare, screen_of(checked_only(), process=living()), size)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_the_first_batch_afterwards(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compared(snap_compare, screen_of(classifier(), process=living()), size, "b")


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_what_is_confused(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compared(snap_compare, screen_of(classifier(), process=living()), size, "m")
