"""A screen leaves the stack once, and from wherever it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.browsing import browser
from tests.app.fake_trainer import make_folder, sample_events, write_log
from tests.app.models import ssd
from tests.app.run_screens import following, living
from tests.app.showing import until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens import train_form
from tui.app.screens.browser import BrowserScreen
from tui.app.screens.help import HelpScreen
from tui.app.screens.jump import JumpScreen
from tui.app.screens.model import ModelScreen
from tui.app.screens.quit_run import StopRun
from tui.app.screens.run import RunScreen
from tui.app.screens.run_plan import OpeningRunPlan, RunPlanScreen
from tui.app.screens.too_small import TooSmallScreen
from tui.app.screens.train_form import TrainForm
from tui.app.screens.which_weights import WhichWeights
from tui.runs.inspection import Answer, CheckData, DataSummary, EstimateCache, Refused

ENOUGH, TOO_SMALL = (100, 40), (50, 12)
GOOD = DataSummary("/data/fruitnuts", "Pascal VOC", 120, 30, "", ("fig",), (120,))


def stack(pilot: Pilot[int]) -> list[type[Screen[object]]]:
    return [type(screen) for screen in pilot.app.screen_stack]


async def wait_for(pilot: Pilot[int], screen: type[object]) -> None:
    await until(pilot, lambda: type(pilot.app.screen) is screen, f"no {screen.__name__}")


def press_at_once(pilot: Pilot[int], *keys: str) -> None:
    """As a terminal sends keys that come together: nothing is drawn between them."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key))


def app_on_a_run(path: Path) -> ThawApp:
    folder = make_folder(path)
    write_log(folder, list(sample_events(50)))
    return ThawApp(first=following(folder, living()))


async def run_screen(pilot: Pilot[int]) -> RunScreen:
    """The run's screen, as soon as it is there."""
    await wait_for(pilot, RunScreen)
    screen = pilot.app.screen
    assert isinstance(screen, RunScreen)
    return screen


# Twice


async def test_a_question_that_is_answered_twice_closes_once() -> None:
    async with browser(ssd()) as (pilot, _, _):
        await pilot.press(*"resnet50_v1b", "enter")
        await wait_for(pilot, WhichWeights)
        press_at_once(pilot, "b", "b")
        await wait_for(pilot, BrowserScreen)
        assert pilot.app.is_running


async def test_a_question_over_a_run_that_is_answered_twice_leaves_the_run(tmp_path: Path) -> None:
    async with app_on_a_run(tmp_path / "run").run_test(size=ENOUGH) as pilot:
        await wait_for(pilot, RunScreen)
        await pilot.press("s")
        await wait_for(pilot, StopRun)
        press_at_once(pilot, "n", "n")
        await until(pilot, lambda: StopRun not in stack(pilot))
        await pilot.pause()
        assert stack(pilot)[-1] is RunScreen


async def test_a_run_that_is_left_twice_does_not_end_thaw(tmp_path: Path) -> None:
    async with browser(ssd()) as (pilot, screen, _):
        folder = make_folder(tmp_path / "run")
        write_log(folder, list(sample_events(50)))
        run = following(folder, living())
        pilot.app.push_screen(run)
        await wait_for(pilot, RunScreen)
        run.action_leave()
        run.action_leave()
        await until(pilot, lambda: pilot.app.screen is screen)
        assert pilot.app.return_value is None


# From under another


async def test_the_numbers_on_panes_go_with_the_size(tmp_path: Path) -> None:
    async with app_on_a_run(tmp_path / "run").run_test(size=ENOUGH) as pilot:
        await wait_for(pilot, RunScreen)
        await pilot.press("o")
        await wait_for(pilot, JumpScreen)
        await pilot.resize_terminal(*TOO_SMALL)
        await wait_for(pilot, TooSmallScreen)
        await pilot.resize_terminal(*ENOUGH)
        await wait_for(pilot, RunScreen)


async def cover(pilot: Pilot[int], by: str) -> None:
    """Put something over the screen, as a person or a terminal does."""
    if by == "small":
        await pilot.resize_terminal(*TOO_SMALL)
        await wait_for(pilot, TooSmallScreen)
    else:
        await pilot.press(by)
        await wait_for(pilot, CommandPalette if by == "ctrl+p" else HelpScreen)


@pytest.mark.parametrize("by", ["ctrl+p", "small"])
async def test_a_form_that_starts_by_itself_goes_with_what_stands_over_it(
    by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_form, "start_trainer", lambda _: living())
    monkeypatch.setattr("tui.runs.folder.runs_home", lambda: tmp_path)
    inspector = StandInInspector(ssd())
    app = ThawApp(ssd().source, data="/data/fruitnuts", inspector=inspector)
    async with app.run_test(size=ENOUGH) as pilot:
        await wait_for(pilot, ModelScreen)
        replies: dict[type, Answer] = {CheckData: GOOD, EstimateCache: Refused("no")}
        inspector.replies = {kind: lambda _, it=it: it for kind, it in replies.items()}
        inspector._held = True
        await pilot.press("h", "t")
        await wait_for(pilot, TrainForm)
        await pilot.press("enter")
        await cover(pilot, by)
        inspector.go_on.set()
        await until(pilot, lambda: RunScreen in stack(pilot))
        await pilot.resize_terminal(*ENOUGH)
        await wait_for(pilot, RunScreen)
        assert stack(pilot)[-2:] == [ModelScreen, RunScreen]


@pytest.mark.parametrize("by", ["f1", "ctrl+p", "small"])
async def test_a_plan_that_comes_into_force_goes_with_what_stands_over_it(
    by: str, tmp_path: Path
) -> None:
    app = app_on_a_run(tmp_path / "run")
    async with app.run_test(size=ENOUGH) as pilot:
        run = await run_screen(pilot)
        app.push_screen(OpeningRunPlan(run.folder, StandInInspector(ssd())))
        await wait_for(pilot, RunPlanScreen)
        tree = app.screen
        assert isinstance(tree, RunPlanScreen)
        await cover(pilot, by)
        tree.leave()
        await until(pilot, lambda: RunPlanScreen not in stack(pilot))
        await pilot.resize_terminal(*ENOUGH)
        await until(pilot, lambda: app.screen is run)


@pytest.mark.parametrize("by", ["question_mark", "ctrl+p", "small"])
async def test_the_tree_of_a_run_takes_the_place_of_the_waiting_for_it(
    by: str, tmp_path: Path
) -> None:
    app = app_on_a_run(tmp_path / "run")
    async with app.run_test(size=ENOUGH) as pilot:
        run = await run_screen(pilot)
        inspector = StandInInspector(ssd(), held=True)
        app.push_screen(OpeningRunPlan(run.folder, inspector))
        await wait_for(pilot, OpeningRunPlan)
        await until(pilot, lambda: inspector.questions)
        await cover(pilot, by)
        inspector.go_on.set()
        await until(pilot, lambda: RunPlanScreen in stack(pilot))
        await pilot.resize_terminal(*ENOUGH)
        await wait_for(pilot, RunPlanScreen)
        assert stack(pilot)[-2:] == [RunScreen, RunPlanScreen]
