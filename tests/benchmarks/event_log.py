"""The event log: writing it, its size, and how fast a run of any length is listed and shown.

    uv run python -m tests.benchmarks.event_log [events [more events]]

By default 100,000 and 1,000,000 events, as a detector's run writes them: steps with two parts of
the loss, memory at every tenth, a validation at every thousandth. Written by `EventWriter`, each
with a write of its own. Listing is `list_run`, as `thaw runs` does for each run, the median of 20.
Folding is reading and folding alone. Attaching is the real run screen at 80×24 in a headless app,
in a process of its own: from the first tick to the last event of the log in its state, its longest
slice (what a key waits for) and the peak of its resident memory.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.app.fake_trainer import make_folder, sample_events, started
from tests.app.run_screens import NO_GPU, Host
from tests.benchmarks.tree_memory import peak
from tui.app.run_state import RunState
from tui.app.screens.run import RunScreen
from tui.runs.folder import RunFolder
from tui.runs.listed import list_run
from tui.runs.log import EventReader, EventWriter

PER_EPOCH = 1000
STEPS_OF = 1.102
"""Events a step, with those beside it."""


def written(folder: RunFolder, count: int) -> tuple[int, float]:
    """Write a run that goes on, of about so many events. Returns their number and the seconds."""
    me = psutil.Process()
    steps = int(count / STEPS_OF)
    log = list(sample_events(steps, steps, PER_EPOCH, started(me.pid, me.create_time())))
    writer = EventWriter(folder.events_file)
    began = time.perf_counter()
    for event in log:
        writer.write(event)
    seconds = time.perf_counter() - began
    writer.close()
    return len(log), seconds


def listed(folder: RunFolder) -> float:
    """Seconds of one look at a run."""
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        assert list_run(folder).state == "running"
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def folded(folder: RunFolder, limit: int = 1 << 16) -> tuple[float, float]:
    """Seconds from the start of the read to the whole state, and of the longest slice."""
    reader, state, longest = EventReader(folder.events_file), RunState(), 0.0
    began = last = time.perf_counter()
    while envelopes := reader.read(limit):
        state.apply_all(envelopes)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return time.perf_counter() - began, longest


async def attached(path: Path, count: int) -> None:
    """Show a run to its last event; print seconds, those of work, what a key waits, megabytes."""
    screen = RunScreen(RunFolder(path), memory=lambda _: NO_GPU)
    app = Host(screen)
    waits: list[float] = []

    async def keys() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0)
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)

    async with app.run_test(size=(80, 24)) as pilot:
        pressing = asyncio.create_task(keys())
        while not screen.is_mounted:
            await asyncio.sleep(0.001)
        began, work = time.perf_counter(), time.process_time()
        while screen.state.version < count:
            await asyncio.sleep(0.002)
        seconds, work = time.perf_counter() - began, time.process_time() - work
        await pilot.pause()
        pressing.cancel()
    print(seconds, work, max(waits), peak())


def main() -> int:
    """Print a table; exit code 1 where 100,000 events take a second, or memory 150 MB."""
    match sys.argv[1:]:
        case ["attach", path, count]:
            asyncio.run(attached(Path(path), int(count)))
            return 0
        case counts:
            sizes = [int(one) for one in counts] or [100_000, 1_000_000]
    print(
        "| events | written | size | listed | folded | slice | attached | of it work | key waits |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    reached = True
    for size in sizes:
        with tempfile.TemporaryDirectory() as home:
            folder = make_folder(Path(home) / "run")
            count, seconds = written(folder, size)
            megabytes = folder.events_file.stat().st_size / 1e6
            look = listed(folder)
            fold, slice_ = folded(folder)
            done = subprocess.run(
                [sys.executable, "-m", __spec__.name, "attach", str(folder.path), str(count)],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        shown, work, wait, most = map(float, done.stdout.split())
        print(
            f"| {count:,} | {count / seconds:,.0f}/s | {megabytes:.1f} MB | {look * 1e3:.1f} ms "
            f"| {fold:.2f} s | {slice_ * 1e3:.1f} ms | {shown:.2f} s, {most:.0f} MB "
            f"| {work:.2f} s | {wait * 1e3:.0f} ms |"
        )
        reached = reached and most < 150 and (count > 120_000 or shown < 1.0)
    print("reached" if reached else "NOT REACHED: 100,000 events in 1 s, 150 MB")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
