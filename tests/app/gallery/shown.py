"""What an entry of the gallery is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from tui.app.app import ThawApp

Ready = Callable[[Pilot[Any]], Awaitable[object]]
"""Brings the app to the screen, and waits until all of it is there."""


@dataclass(frozen=True)
class Shown:
    """A screen: `app` makes the app that shows it, in a folder of the test's own; `ready` brings
    it there."""

    app: Callable[[], ThawApp]
    ready: Ready
