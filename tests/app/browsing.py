"""The list of models in the real app, headless, with models that were opened before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.app.showing import NARROW, until
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.browser import BrowserScreen
from tui.model.recent import Recent, recent_file, remember
from tui.model.source import ModelSource
from tui.model.zoo import models_folder
from tui.runs.inspection import Answer

OWN = Recent(ModelSource("/home/me/nets/net.py:ConvNet", weights="/home/me/w.params"))
SSD = Recent(
    ModelSource("ssd_512_mobilenet1.0_custom", classes=("fig", "date", "hazelnut")),
    "/data/VOCdevkit",
)


def open_before(*recent: Recent) -> None:
    """As if these had been opened, the last one last."""
    for one in recent:
        remember(recent_file(), one)


def put_weights(file: str) -> None:
    """As if the zoo's weights were on this disk."""
    models_folder().mkdir(parents=True, exist_ok=True)
    (models_folder() / f"{file}.params").touch()


@asynccontextmanager
async def browser(
    *answers: Answer, held: bool = False, size: tuple[int, int] = NARROW
) -> AsyncIterator[tuple[Pilot[int], BrowserScreen, StandInInspector]]:
    """The list of models, over an inspector that gives these answers."""
    inspector = StandInInspector(*answers, held=held)
    app = ThawApp(inspector=inspector)
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, BrowserScreen)
        await until(pilot, lambda: screen.models.rows)
        yield pilot, screen, inspector
