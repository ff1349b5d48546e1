"""The real app, headless, with a model open and no inspector process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from textual.pilot import Pilot

from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.runs.inspection import Opened

T = TypeVar("T")

NARROW = (80, 24)
WIDE = (120, 40)


async def until(pilot: Pilot[int], condition: Callable[[], object], what: str = "") -> None:
    """Let the app run until something is so; fails after ten seconds."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, what or "what was waited for did not come about"
        await pilot.pause(0.01)
    await pilot.pause()


def app_on(answer: Opened, **options: object) -> ThawApp:
    """An app that will find this model open."""
    return ThawApp(answer.source, inspector=StandInInspector(answer), **options)  # type: ignore[arg-type]


@asynccontextmanager
async def model_screen(
    answer: Opened, size: tuple[int, int] = NARROW, **options: object
) -> AsyncIterator[tuple[Pilot[int], ModelScreen]]:
    """The model screen on a model."""
    app = app_on(answer, **options)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ModelScreen), "no model screen")
        screen = app.screen
        assert isinstance(screen, ModelScreen)
        yield pilot, screen


async def turns_during(work: Awaitable[T]) -> tuple[T, int]:
    """What some work comes to, and how many turns of the event loop others had meanwhile."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    try:
        return await work, turns
    finally:
        counting.cancel()


def text_of(pilot: Pilot[int]) -> str:
    """What is on the screen, as plain text."""
    width, height = pilot.app.size
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])
