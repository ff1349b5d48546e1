"""From the model to the form to the run, and straight to a run."""

from __future__ import annotations

from pathlib import Path

from tests.app.models import ssd
from tests.app.showing import model_screen, until
from tui.app.app import ThawApp
from tui.app.screens.run import RunScreen
from tui.app.screens.train_form import TrainForm
from tui.model.plan import FreezePlan
from tui.runs.folder import RunFolder, create_run
from tui.runs.spec import Hyperparameters, RunSpec


def new_run(path: Path) -> RunFolder:
    """A run that no trainer has begun."""
    spec = RunSpec(ssd().source, "ssd", "shapes", Hyperparameters())
    return create_run(spec, FreezePlan(), path)


async def test_t_opens_the_form_and_then_the_run(tmp_path: Path) -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        assert screen.session.unkept
        pilot.app.screen.dismiss(new_run(tmp_path / "run"))
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        assert not screen.session.unkept


async def test_leaving_the_form_leaves_the_plan_as_it_was() -> None:
    async with model_screen(ssd()) as (pilot, screen):
        await pilot.press("h", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, TrainForm))
        plan = screen.session.plan
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.session.plan == plan
        assert screen.session.unkept


async def test_attach_shows_the_run_and_d_leaves_it(tmp_path: Path) -> None:
    app = ThawApp(attach=new_run(tmp_path / "run"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await pilot.press("d")
        await until(pilot, lambda: app.return_value is not None)
        assert app.return_value == 0
