"""Makes the pictures in this folder anew: the real app, on the real demo, run to its end.

    uv run python screenshots/make.py

Takes about two minutes. Each picture is an SVG, as Textual exports it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

HERE = Path(__file__).parent
SIZE = (100, 30)


async def until(pilot: Pilot[int], holds: Callable[[], bool], seconds: float = 180) -> None:
    """Wait for a condition of the app."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the app did not get there in time")
        await pilot.pause(0.1)


def screen_is(pilot: Pilot[int], name: str) -> Callable[[], bool]:
    """Whether the screen of this class is on top."""
    return lambda: type(pilot.app.screen).__name__ == name


async def take(pilot: Pilot[int], name: str) -> None:
    """Save what is on the screen."""
    await pilot.pause(0.5)
    pilot.app.save_screenshot(f"{name}.svg", str(HERE))
    print(f"{name}.svg")
