"""Every screen and dialog, each in a state worth looking at: what the pictures are taken of, and
what must hold of all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tests.app.gallery.models import MODELS
from tests.app.gallery.run_lists import RUN_LISTS
from tests.app.gallery.runs import RUNS
from tests.app.gallery.shown import Shown
from tests.app.showing import NARROW

GALLERY: dict[str, Shown] = {**MODELS, **RUNS, **RUN_LISTS}
"""By name; the name is that of its pictures."""


@asynccontextmanager
async def on_show(name: str, size: tuple[int, int] = NARROW) -> AsyncIterator[Pilot[Any]]:
    """A screen of the gallery, by its name, with all of it there."""
    shown = GALLERY[name]
    async with shown.app().run_test(size=size, notifications=True) as pilot:
        await shown.ready(pilot)
        await pilot.wait_for_scheduled_animations()
        await pilot.pause()
        yield pilot
