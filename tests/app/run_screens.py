"""Run screens for tests: a host app, a clock that stands, memory that is made up."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import cast

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.fake_trainer import make_folder, write_log
from tui.app.screens.run import RunScreen
from tui.monitor.gpu import Gpu, GpuProcess, GpuSnapshot
from tui.monitor.host import HostSnapshot
from tui.monitor.memory import MemorySnapshot
from tui.monitor.past import Past
from tui.runs.events import Event
from tui.runs.folder import RunFolder

HOST = HostSnapshot(16_000_000_000, 6_400_000_000, 2_000_000_000, 0, 71_000_000, 1_200_000_000)
NO_GPU = MemorySnapshot(GpuSnapshot((), "no GPU: no NVIDIA driver"), HOST, 4242)
ONE_GPU = MemorySnapshot(
    GpuSnapshot(
        (
            Gpu(
                *(0, "Tesla T4", 16_000_000_000, 9_400_000_000, 87, 61, 70.5),
                (GpuProcess(4242, 9_100_000_000),),
            ),
        )
    ),
    HOST,
    4242,
    frozenset({4242}),
    {
        "0": Past(
            tuple(1_000_000_000 * used for used in (1, 2, 4, 7, 9, 9, 9)),
            (None, 0.1, 0.3, 0.9, 0.8, 0.9, 0.87),
        )
    },
)


class Host(App[int]):
    """Shows one screen over an empty one, with the app's own styles."""

    CSS_PATH = Path(__file__).parents[2] / "tui/app/styles/app.tcss"

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self.shown = screen

    def on_mount(self) -> None:
        self.push_screen(self.shown)


class StandInProcess:
    """A trainer process as Popen shows it: `code` is None while it lives."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code

    def poll(self) -> int | None:
        return self.code


def living(code: int | None = None) -> subprocess.Popen[bytes]:
    """A trainer that lives, or ended with a code."""
    return cast("subprocess.Popen[bytes]", StandInProcess(code))


def screen_of(
    log: list[Event],
    folder: Path = Path("runs/demo"),
    process: subprocess.Popen[bytes] | None = None,
    memory: MemorySnapshot = NO_GPU,
) -> RunScreen:
    """A screen on a run folder with this log, at a time 0.25 s after its last event."""
    run = make_folder(folder)
    (folder / "weights").mkdir(exist_ok=True)
    write_log(run, log)
    return RunScreen(
        run,
        process,
        clock=lambda: 1_000_000 + len(log) * 0.25,
        memory=lambda _: memory,
        interval=0.05,
    )


def following(folder: RunFolder, process: subprocess.Popen[bytes] | None = None) -> RunScreen:
    """A screen on a run that something else writes."""
    return RunScreen(folder, process, memory=lambda _: NO_GPU, interval=0.05)


async def until(
    pilot: Pilot[object], condition: Callable[[], object], seconds: float = 10.0
) -> None:
    """Wait for a condition; fails when it does not come."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not condition():
        assert loop.time() < end, "what was waited for did not come"
        await pilot.pause(0.02)
    await pilot.pause()


async def settled(pilot: Pilot[object]) -> None:
    """Wait until the whole log is shown, memory included."""
    await until(pilot, lambda: any(isinstance(one, RunScreen) for one in pilot.app.screen_stack))
    screen = next(one for one in pilot.app.screen_stack if isinstance(one, RunScreen))
    events = len(screen.folder.events_file.read_bytes().splitlines())
    await until(pilot, lambda: screen.state.version >= events)
    await until(pilot, lambda: "this screen" in shown(screen, "memory"))
    await until(pilot, lambda: screen.shown_version == screen.state.version)


def shown(screen: Screen[object], id: str) -> str:
    """The text of a pane."""
    return str(screen.query_one(f"#{id}").content.plain)  # type: ignore[attr-defined]
