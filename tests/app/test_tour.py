"""The guided tour: it goes where the person goes, covers nothing, and ends at one key."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.fake_trainer import finished, proof, sample_events, write_log
from tests.app.models import ssd
from tests.app.run_screens import living, screen_of
from tests.app.showing import NARROW, app_on, model_screen, text_of, until
from tui.app import tour as steps
from tui.app.key_words import with_keys
from tui.app.screens.model import ModelScreen
from tui.app.screens.train_form import TrainForm
from tui.app.tour import Step, Tour, was_seen
from tui.app.widgets.tour_line import TourLine
from tui.runs.events import Failed

SMALL = (60, 16)


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """Where it is remembered."""
    return tmp_path / "state" / "thaw" / "tour.toml"


async def at(pilot: Pilot[int], step: Step) -> TourLine:
    """Wait until a step is told on the screen that is shown; its line."""
    screen = pilot.app.screen
    await until(
        pilot,
        lambda: any(line.step is step for line in pilot.app.screen.query(TourLine)),
        f"no {step} on {screen}: {[line.step for line in screen.query(TourLine)]}",
    )
    return pilot.app.screen.query_one(TourLine)


async def test_each_step_is_told_from_what_is_shown(seen: Path) -> None:
    async with model_screen(ssd(), tour=Tour(seen)) as (pilot, screen):
        await at(pilot, steps.HEAD)
        await pilot.press("h")
        await at(pilot, steps.TRAIN)
        await pilot.press("u")  # another way is no mistake
        await at(pilot, steps.HEAD)
        await pilot.press("a", "i")
        await at(pilot, steps.THAW)
        await pilot.press("h")
        await at(pilot, steps.TRAIN)
        await pilot.press("t")
        await at(pilot, steps.START)
        assert isinstance(pilot.app.screen, TrainForm)
        await pilot.press("escape")
        await at(pilot, steps.TRAIN)
        assert not was_seen(seen)
        assert len(screen.query(TourLine)) == 1


async def test_over_a_run_to_the_proof_and_back(seen: Path, tmp_path: Path) -> None:
    async with model_screen(ssd(), tour=Tour(seen)) as (pilot, _):
        await pilot.press("h")
        run = screen_of(list(sample_events(20)), tmp_path / "run", living())
        await pilot.app.push_screen(run)
        await at(pilot, steps.WATCH)
        log = list(sample_events(100))
        write_log(run.folder, log)
        await at(pilot, steps.MEASURE)
        assert not was_seen(seen)
        write_log(run.folder, [*log, proof(), finished(100)])
        line = await at(pilot, steps.PROOF)
        assert "bit for bit" in str(line.content)
        assert was_seen(seen)
        await pilot.press("escape")
        await at(pilot, steps.YOURS)
        await pilot.press("u", "u")
        await at(pilot, steps.HEAD)


async def test_a_run_that_failed_is_no_proof(seen: Path, tmp_path: Path) -> None:
    app = app_on(ssd(), tour=Tour(seen))
    async with app.run_test(size=NARROW) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        await app.push_screen(screen_of([*sample_events(5), Failed("no memory")], tmp_path / "run"))
        await at(pilot, steps.ENDED)


async def test_one_key_ends_it_for_good(seen: Path) -> None:
    async with model_screen(ssd(), tour=Tour(seen)) as (pilot, screen):
        await at(pilot, steps.HEAD)
        await pilot.press("h", "t")
        await at(pilot, steps.START)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: not screen.query(TourLine))
        assert not pilot.app.screen.query(TourLine)
        assert was_seen(seen)
        await pilot.press("escape", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        await pilot.pause()
        assert not pilot.app.screen.query(TourLine)
        assert "ctrl+g" not in pilot.app.screen.active_bindings


async def test_without_a_tour_there_is_no_line_and_no_key() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h")
        assert not screen.query(TourLine)
        assert "ctrl+g" not in screen.active_bindings


async def test_a_state_folder_that_cannot_be_written_is_no_trouble() -> None:
    async with model_screen(ssd(), tour=Tour(Path("/proc/none/tour.toml"))) as (pilot, screen):
        await at(pilot, steps.HEAD)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: not screen.query(TourLine))


@pytest.mark.parametrize("size", [NARROW, SMALL], ids=["narrow", "small"])
async def test_it_covers_nothing(seen: Path, tmp_path: Path, size: tuple[int, int]) -> None:
    async with model_screen(ssd(), size, tour=Tour(seen)) as (pilot, _):
        await _covers_nothing(await at(pilot, steps.HEAD))
        await pilot.press("h", "t")
        await _covers_nothing(await at(pilot, steps.START))
        assert "Start" in text_of(pilot)
        await pilot.press("escape")
        await pilot.app.push_screen(screen_of(list(sample_events(5)), tmp_path / "run", living()))
        await _covers_nothing(await at(pilot, steps.WATCH))


async def _covers_nothing(line: TourLine) -> None:
    assert 1 <= line.region.height <= 2
    others = [
        one
        for one in line.screen.query("*")
        if one is not line and one.is_on_screen and one.display
    ]
    assert len(others) > 4
    assert [one for one in others if one.region.overlaps(line.region)] == []


def test_every_step_fits_into_two_lines_of_a_small_terminal() -> None:
    found = [one for one in vars(steps).values() if isinstance(one, Step)]
    assert {step.number for step in found} == set(range(1, steps.LAST + 1))
    # 58 cells a line, less what a word that does not fit leaves free.
    assert [
        s for s in found if len(with_keys(f"tour 1/7 (^g ends it): {s.says}")) > 2 * 58 - 8
    ] == []


def test_remembered_or_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.app.tour import seen_file
    from tui.commands.demo import tour_for

    assert tour_for(False) is None
    first = tour_for(None)
    assert first is not None
    first.remember()
    assert was_seen(seen_file())
    assert tour_for(None) is None
    assert tour_for(True) is not None
