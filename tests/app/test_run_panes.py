"""The panes of the run screen: shown and hidden by number, sized, reached, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.fake_trainer import finished, proof, sample_events
from tests.app.run_screens import Host, living, screen_of, settled, until
from tests.app.showing import text_of
from tui.app.pane_layout import layout_file, read_layout
from tui.app.panes.registry import BY_NAME, PANES
from tui.app.screens.jump import JumpScreen
from tui.app.screens.run import RunScreen

SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_screen(folder: str = "runs/demo") -> RunScreen:
    return screen_of(list(sample_events(250)), Path(folder), process=living())


def seen(screen: RunScreen) -> set[str]:
    """The panes that take room on the screen."""
    return {
        kind.name
        for kind in PANES
        if screen.body.is_seen(kind) and screen.query_one(f"#{kind.name}").region.area
    }


async def remembered(pilot: Pilot[int], screen: RunScreen) -> None:
    await until(pilot, lambda: layout_file().exists())
    await until(pilot, lambda: read_layout(layout_file()) == screen.body.pane_layout)


def number_of(name: str) -> str:
    return str(PANES.index(BY_NAME[name]) + 1)


def test_every_pane_can_be_made_and_has_a_number() -> None:
    assert len(PANES) <= 9
    assert len(BY_NAME) == len(PANES)
    for kind in PANES:
        assert kind.make().id == kind.name


@pytest.mark.parametrize("name", ["charts", "numbers", "memory", "validations"])
async def test_a_number_hides_a_pane_and_shows_it_again(name: str) -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        all_of_them = seen(screen)
        assert name in all_of_them
        await pilot.press(number_of(name))
        await pilot.pause()
        assert seen(screen) == all_of_them - {name}
        await pilot.press(number_of(name))
        await pilot.pause()
        assert seen(screen) == all_of_them
        assert screen.body.focused_kind is BY_NAME[name]


async def test_what_is_hidden_leaves_its_room_to_the_others() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        for name in ("numbers", "memory", "validations"):
            await pilot.press(number_of(name))
        await pilot.pause()
        assert screen.query_one("#charts").region.width >= 78


async def test_with_no_pane_at_all_it_says_how_to_get_them_back() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        for kind in PANES:
            if screen.body.is_seen(kind):
                await pilot.press(number_of(kind.name))
        await pilot.pause()
        assert seen(screen) == set()
        assert "show them" in text_of(pilot)
        await pilot.press("0")
        await pilot.pause()
        assert {"charts", "numbers"} <= seen(screen)


async def test_the_layout_is_remembered() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        before = screen.query_one("#charts").region.width
        await pilot.press(number_of("memory"), number_of("charts"), number_of("charts"), "<", "<")
        await pilot.pause()
        width = screen.query_one("#charts").region.width
        assert before - 16 < width < before - 4
        await remembered(pilot, screen)
    other = run_screen("runs/other")
    async with Host(other).run_test(size=WIDE) as pilot:
        await settled_but_for_memory(pilot, other)
        assert "memory" not in seen(other)
        assert other.query_one("#charts").region.width == width


async def test_how_curves_are_drawn_is_remembered_and_survives_a_reset_of_the_panes() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        first, kept = screen.charts.kind.name, screen.charts.factor
        await pilot.press("x", "plus", "plus")
        await remembered(pilot, screen)
        smoothed = screen.charts.factor
        assert smoothed != kept
        await screen.run_action("reset_panes")
        await remembered(pilot, screen)
    other = run_screen("runs/other")
    async with Host(other).run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert (other.charts.factor, other.charts.logarithmic) == (smoothed, {first})
        assert f"smoothed {smoothed:g}" in text_of(pilot)
        assert "logarithmic" in text_of(pilot)


async def settled_but_for_memory(pilot: Pilot[int], screen: RunScreen) -> None:
    await until(pilot, lambda: screen.state.step is not None and screen.state.step.step == 250)
    await until(pilot, lambda: screen.shown_version == screen.state.version)


async def test_a_layout_that_cannot_be_read_is_said_once_and_kept_beside() -> None:
    layout_file().parent.mkdir(parents=True)
    layout_file().write_text("version = 1\nsizes = 'large'\n")
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        said = [one.message for one in pilot.app._notifications]
        assert len(said) == 1
        assert "run-screen.toml" in said[0]
        assert "not a layout of panes" in said[0]
        assert {"charts", "numbers", "memory"} <= seen(screen)
        await pilot.press(number_of("memory"))
        await remembered(pilot, screen)
        broken = layout_file().with_name("run-screen.toml.broken")
        assert "large" in broken.read_text()


async def test_a_pane_has_all_the_room_and_gives_it_back() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        before = seen(screen)
        await pilot.press("o", number_of("validations"), "w")
        await pilot.pause()
        assert seen(screen) == {"validations"}
        # All but a column for a scrollbar.
        region = screen.query_one("#validations-frame").region
        assert region.size == screen.body.size - (1, 0)
        await pilot.press("w")
        await pilot.pause()
        assert seen(screen) == before


async def test_jumping_shows_a_number_on_each_pane_and_goes_there() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("o")
        await pilot.pause()
        assert isinstance(pilot.app.screen, JumpScreen)
        for kind in PANES:
            if screen.body.is_seen(kind):
                assert f" {number_of(kind.name)} {kind.name} " in text_of(pilot)
        assert "training" in text_of(pilot)  # the run is still there, behind
        await pilot.press(number_of("memory"))
        await pilot.pause()
        assert pilot.app.screen is screen
        assert screen.body.focused_kind is BY_NAME["memory"]
        await pilot.press("o", "escape")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert screen.body.focused_kind is BY_NAME["memory"]


async def test_resizing_keeps_what_is_shown_and_what_has_the_focus() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press(number_of("numbers"), "o", number_of("validations"))
        await pilot.pause()
        for size in (SMALL, (60, 16), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert not screen.body.is_seen(BY_NAME["numbers"])
            assert screen.body.focused_kind is BY_NAME["validations"]


async def test_out_of_the_log_of_a_run_that_has_ended_one_goes_back_to_its_panes() -> None:
    screen = screen_of([*sample_events(400), proof(), finished()])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press(number_of("log"), "escape")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert "charts" in seen(screen)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.return_value == 0)
