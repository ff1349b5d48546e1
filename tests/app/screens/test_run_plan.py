"""Changing what trains in a run, on its model's tree."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
from textual.worker import WorkerState

from tests.app.fake_trainer import make_folder
from tests.app.models import ssd
from tests.app.run_screens import Host, until
from tests.app.stand_in_inspector import StandInInspector
from tests.runs.test_control import accepted, listening
from tui.app.screens.run_plan import OpeningRunPlan, RunPlanScreen
from tui.model.plan import FreezePlan, Rule
from tui.model.plan_file import write_plan
from tui.runs.control import ChangePlan, Command
from tui.runs.folder import RunFolder
from tui.runs.inspection import Refused

HEAD_ONLY = FreezePlan((Rule("freeze", "all"), Rule("thaw", "role", "head")))
SIZE = (80, 24)


def run_of(path: Path) -> RunFolder:
    folder = make_folder(path)
    write_plan(folder.plan_file, HEAD_ONLY)
    return folder


async def test_the_plan_of_the_run_is_changed_and_put_in_force(tmp_path: Path) -> None:
    folder, inspector = run_of(tmp_path / "run"), StandInInspector(ssd())
    app = Host(OpeningRunPlan(folder, inspector))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunPlanScreen))
        screen = app.screen
        assert isinstance(screen, RunPlanScreen)
        assert screen.session.plan.rules == HEAD_ONLY.rules
        await until(pilot, lambda: "t puts it in force there" in screen.message.message)
        await pilot.press("u")
        assert screen.message.message == "nothing to undo"
        assert not screen.session.unkept
        await pilot.press("a")
        with listening(folder.socket, accepted) as heard:
            await pilot.press("t")
            await until(pilot, lambda: not isinstance(app.screen, RunPlanScreen))
        (line,) = heard
        command = msgspec.json.decode(line, type=Command)
        assert isinstance(command, ChangePlan)
        assert command.plan == screen.session.plan != HEAD_ONLY
        await until(pilot, lambda: inspector.closed)


async def test_nothing_that_trains_is_not_sent(tmp_path: Path) -> None:
    folder, inspector = run_of(tmp_path / "run"), StandInInspector(ssd())
    write_plan(folder.plan_file, FreezePlan((Rule("freeze", "all"),)))
    app = Host(OpeningRunPlan(folder, inspector))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunPlanScreen))
        screen = app.screen
        assert isinstance(screen, RunPlanScreen)
        await pilot.press("t")
        assert "nothing would train" in screen.message.message


async def test_a_run_that_has_ended_meanwhile_keeps_the_plan_on_the_screen(tmp_path: Path) -> None:
    folder, inspector = run_of(tmp_path / "run"), StandInInspector(ssd())
    app = Host(OpeningRunPlan(folder, inspector))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunPlanScreen))
        screen = app.screen
        assert isinstance(screen, RunPlanScreen)
        await pilot.press("a", "t")
        await until(pilot, lambda: "does not answer" in screen.message.message)
        assert app.screen is screen


async def test_a_model_that_cannot_be_opened_any_more(tmp_path: Path) -> None:
    folder, inspector = run_of(tmp_path / "run"), StandInInspector(Refused("no such model"))
    app = Host(OpeningRunPlan(folder, inspector))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: "no such model" in app.screen.refused)  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, OpeningRunPlan))
        assert inspector.closed


async def test_leaving_while_it_opens_gives_up_nothing_else(tmp_path: Path) -> None:
    folder, inspector = run_of(tmp_path / "run"), StandInInspector(ssd(), held=True)
    app = Host(OpeningRunPlan(folder, inspector))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: inspector.questions)
        opening = app.screen
        go_on = asyncio.Event()
        other = app.run_worker(go_on.wait())
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not opening and inspector.closed)
        go_on.set()
        await until(pilot, lambda: other.is_finished)
        assert other.state is WorkerState.SUCCESS
