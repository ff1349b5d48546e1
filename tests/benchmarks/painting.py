"""A headless app that says when it has painted: what a person at the terminal waits for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from textual.app import App


class Taken(NamedTuple):
    """Milliseconds from the cause to the end of the paint: as a clock on the wall has it, and
    those of them in which this process had a processor."""

    wall: float
    work: float


def now() -> Taken:
    """Both clocks."""
    return Taken(time.perf_counter() * 1000, time.process_time() * 1000)


class Painting(App[int]):
    """To be mixed into an app. Each paint is turned into the bytes that a terminal would get,
    which a headless app otherwise spares itself."""

    painted: asyncio.Event
    painted_at: Taken

    def on_load(self) -> None:
        self.painted = asyncio.Event()

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if renderable is not None and hasattr(renderable, "render_segments"):
            renderable.render_segments(self.console)
        self.painted_at = now()
        self.painted.set()

    @property
    def settled(self) -> bool:
        """Whether all that has changed has been painted."""
        screen = self.screen
        return not (
            screen._dirty_widgets
            or screen._layout_required
            or screen._scroll_required
            or screen._repaint_required
        )

    async def until_painted(self, do: Callable[[], object], done: Callable[[], object]) -> Taken:
        """Milliseconds from `do` until `done` is so and all of it has been painted."""
        self.painted.clear()
        began = now()
        result = do()
        if hasattr(result, "__await__"):
            await result  # type: ignore[misc]
        while not (done() and self.settled and self.painted.is_set()):
            await self.painted.wait()
            if done() and self.settled:
                break
            self.painted.clear()
        return Taken(self.painted_at.wall - began.wall, self.painted_at.work - began.work)
