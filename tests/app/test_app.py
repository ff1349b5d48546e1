"""From the model to the form to the run, and straight to a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.browsing import browser, open_before
from tests.app.fake_trainer import sample_events, write_log
from tests.app.models import cifar, ssd
from tests.app.run_screens import following, living
from tests.app.showing import model_screen, text_of, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.browser import BrowserScreen
from tui.app.screens.help import HelpScreen
from tui.app.screens.model import ModelScreen
from tui.app.screens.quit_run import QuitRun
from tui.app.screens.run import RunScreen
from tui.app.screens.train_form import TrainForm
from tui.app.screens.which_weights import WhichWeights
from tui.app.widgets.field_row import FieldRow
from tui.model.plan import FreezePlan
from tui.model.recent import Recent
from tui.model.source import ModelSource
from tui.runs.folder import RunFolder, create_run
from tui.runs.inspection import CheckData, OpenModel, Refused
from tui.runs.spec import Hyperparameters, RunSpec

NAMES = ("data", "epochs")


def new_run(path: Path) -> RunFolder:
    """A run that no trainer has begun."""
    spec = RunSpec(ssd().source, "ssd", "shapes", Hyperparameters())
    return create_run(spec, FreezePlan(), path)


def said_beside(pilot: Pilot[int]) -> str:
    """What stands beside the screen for a while."""
    return " ".join(notification.message for notification in pilot.app._notifications)


async def test_t_opens_the_form_and_then_the_run(tmp_path: Path) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        assert screen.session.unkept
        pilot.app.screen.dismiss(new_run(tmp_path / "run"))
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        assert not screen.session.unkept


async def test_f1_lists_the_keys_of_the_form() -> None:
    async with model_screen(ssd()) as (pilot, _):
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        form = pilot.app.screen
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        shown = text_of(pilot)
        assert "In the training form" in shown
        assert "^s, ^t" in shown
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is form)


@pytest.mark.parametrize(("key", "title"), [("P", "All plans by name"), ("y", "In the Python")])
async def test_f1_lists_the_keys_of_a_window(key: str, title: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press(key)
        await until(pilot, lambda: not screen.is_active)
        window = pilot.app.screen
        for _ in range(2):
            await pilot.press("f1")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            assert title in text_of(pilot)
        # The list itself lists nothing more.
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is window)


async def test_help_begins_with_what_has_the_focus() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        for key, first in (("question_mark", "What trains"), ("slash", "In the pattern field")):
            await pilot.press(key)
            if key == "slash":
                await pilot.press("f1")
            await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
            assert text_of(pilot).split("Keys", 1)[1].index(first) < 400
            await pilot.press("escape")
            await until(pilot, lambda: screen.is_active)


async def test_leaving_the_form_leaves_the_plan_as_it_was() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        plan = screen.session.plan
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.session.plan == plan
        assert screen.session.unkept


async def test_what_was_typed_for_one_model_is_not_there_for_the_next() -> None:
    open_before(Recent(ModelSource("cifar_resnet20_v1"), "/data/of-cifar"))
    async with browser() as (pilot, _, inspector):
        inspector.replies = {
            OpenModel: lambda question: cifar() if "cifar" in question.source.model else ssd(),
            CheckData: lambda _: Refused("no such folder"),
        }
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelScreen))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        form = pilot.app.screen
        assert isinstance(form, TrainForm)
        form.query_one("#row-epochs", FieldRow).input.value = "77"
        await until(pilot, lambda: form.draft.texts.get("epochs") == "77")
        await pilot.press("escape", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        assert pilot.app.screen.query_one("#row-epochs", FieldRow).text == "77"
        await pilot.press("escape", "q")
        await until(pilot, lambda: isinstance(pilot.app.screen, BrowserScreen))
        await pilot.press(*"ssd_512_mobilenet1.0_coco", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, WhichWeights))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelScreen))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        texts = {name: pilot.app.screen.query_one(f"#row-{name}", FieldRow).text for name in NAMES}
        assert texts == {"data": "", "epochs": "1"}


# Ctrl-Q


async def test_ctrl_q_asks_once_where_a_plan_would_be_lost() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "ctrl+q")
        assert screen.message.message.startswith("the plan is nowhere but here: ^q again leaves")
        assert pilot.app.return_value is None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app.return_value == 0)


@pytest.mark.parametrize("window", ["t", "question_mark", "y"])
async def test_ctrl_q_in_a_window_over_such_a_plan_asks_too(window: str) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", window)
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: "the plan is nowhere but here" in said_beside(pilot))
        assert pilot.app.return_value is None
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app.return_value == 0)


async def test_ctrl_q_leaves_the_list_at_once() -> None:
    async with browser() as (pilot, _, _):
        await pilot.press("ctrl+q")
        await until(pilot, lambda: pilot.app.return_value == 0)


async def test_ctrl_q_asks_once_what_becomes_of_a_run_that_goes_on(tmp_path: Path) -> None:
    folder = new_run(tmp_path / "run")
    write_log(folder, list(sample_events(5)))
    app = ThawApp(first=following(folder, living()))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, QuitRun))
        asked = len(app.screen_stack)
        await pilot.press("ctrl+q")
        assert len(app.screen_stack) == asked
        await pilot.press("l")
        await until(pilot, lambda: app.return_value == 0)


async def test_ctrl_q_where_a_model_could_not_be_opened() -> None:
    app = ThawApp(ModelSource("sdd_512"), inspector=StandInInspector(Refused("no model")))
    async with app.run_test() as pilot:
        await until(pilot, lambda: "no model" in text_of(pilot))
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_value is not None)
        assert (app.return_value, app.return_code) == (2, 2)


async def test_attach_shows_the_run_and_escape_leaves_it(tmp_path: Path) -> None:
    app = ThawApp(attach=new_run(tmp_path / "run"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == 0
