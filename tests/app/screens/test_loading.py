"""Waiting for the inspector."""

from __future__ import annotations

from tests.app.models import ssd
from tests.app.showing import text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.model.source import ModelSource
from tui.runs.inspection import OpenModel, Phase, Refused

SOURCE = ModelSource("ssd_512_mobilenet1.0_custom")


async def test_says_what_is_being_done_and_moves() -> None:
    inspector = StandInInspector(Phase("importing MXNet"), ssd(), held=True)
    app = ThawApp(SOURCE, inspector=inspector)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "importing MXNet · 0 s" in text_of(pilot))
        assert "Opening ssd_512_mobilenet1.0_custom" in text_of(pilot)
        before = text_of(pilot)
        await until(pilot, lambda: text_of(pilot) != before)
        await until(pilot, lambda: "importing MXNet · 1 s" in text_of(pilot))
        inspector.go_on.set()
        await until(pilot, lambda: isinstance(app.screen, ModelScreen))
        assert inspector.questions == [OpenModel(SOURCE)]
    assert inspector.closed


async def test_it_moves_on_after_something_stood_over_it() -> None:
    inspector = StandInInspector(Phase("importing MXNet"), ssd(), held=True)
    app = ThawApp(SOURCE, inspector=inspector)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "importing MXNet" in text_of(pilot))
        loading = app.screen
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen is not loading)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is loading)
        seen = set[str]()
        await until(pilot, lambda: seen.add(text_of(pilot)) or len(seen) > 2, "it stands still")


async def test_refused_is_one_line_and_exit_code_2() -> None:
    message = "no model 'sdd_512'; nearest: ssd_512_resnet50_v1_voc"
    app = ThawApp(ModelSource("sdd_512"), inspector=StandInInspector(Refused(message)))
    async with app.run_test() as pilot:
        await until(pilot, lambda: message in text_of(pilot))
        await pilot.press("q")
        await pilot.pause()
        assert app.return_value == 2
        assert app.return_code == 2
    assert app.last_words == [f"thaw: {message}"]


async def test_q_while_loading_leaves() -> None:
    inspector = StandInInspector(Phase("importing MXNet"), ssd(), held=True)
    app = ThawApp(SOURCE, inspector=inspector)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "importing MXNet" in text_of(pilot))
        await pilot.press("q")
        await pilot.pause()
        assert app.return_value == 0
    assert inspector.closed


async def test_hostile_model_name() -> None:
    app = ThawApp(ModelSource("[b]\x1b[31m"), inspector=StandInInspector(Phase("x")))
    async with app.run_test() as pilot:
        assert r"Opening [b]\x1b[31m" in text_of(pilot)
