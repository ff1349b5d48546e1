"""The list of runs in its states, the dialog over it, and runs compared."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.gallery.shown import Ready, Shown
from tests.app.showing import until
from tests.app.some_runs import make_runs, runs_app, two_runs
from tui.app.app import ThawApp
from tui.app.screens.compare import CompareScreen
from tui.app.screens.delete_run import DeleteRun
from tui.app.screens.runs import RunsScreen


def listed(*names: str) -> ThawApp:
    """The list of runs in these states, by default none."""
    if names:
        make_runs(*names)
    return runs_app()[0]


def every_state() -> ThawApp:
    return listed("running", "paused", "done", "stopped", "failed", "lost")


def to_be_deleted() -> ThawApp:
    folder, _ = make_runs("done", "lost")
    (folder.weights / "final.params").write_bytes(bytes(2_500_000))
    return listed()


def compared() -> ThawApp:
    return ThawApp(first=CompareScreen(two_runs(), interval=60))


def pressed(*keys: str, then: type[Screen[Any]] | None = None) -> Ready:
    """Press keys once all runs are read."""

    async def press(pilot: Pilot[Any]) -> None:
        def read() -> bool:
            screen = pilot.app.screen
            if isinstance(screen, CompareScreen):
                return screen.found is not None
            return isinstance(screen, RunsScreen) and screen.looks > 0

        await until(pilot, read)
        await pilot.press(*keys)
        if then is not None:
            await until(pilot, lambda: isinstance(pilot.app.screen, then))

    return press


RUN_LISTS: dict[str, Shown] = {
    "runs": Shown(every_state, pressed("down", "down", "space", "space")),
    "runs_none": Shown(listed, pressed()),
    "runs_narrowed": Shown(every_state, pressed("slash", *"st")),
    "runs_delete": Shown(to_be_deleted, pressed("x", then=DeleteRun)),
    "compare": Shown(compared, pressed()),
    "compare_metric": Shown(compared, pressed("v", "a")),
}
