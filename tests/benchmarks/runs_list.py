"""The list of runs with a thousand of them: how long until all are there, and what a key waits.

    uv run python -m tests.benchmarks.runs_list [runs [events of a lost one]]

By default 1,000 runs of 400 steps, and one that was lost after 1,000,000 events. The real screen at
80×24 in a headless app. A key is put in the queue every 50 ms; it has waited when the cursor has
moved. Then the share of a core that the screen takes for ten seconds with nothing changing, none of
the runs going on.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.app.fake_trainer import finished, line, make_folder, proof, sample_events
from tui.app.app import ThawApp
from tui.app.screens.runs import RunsScreen
from tui.runs.events import Memory

MOST_WAIT = 0.1
"""Seconds that a key may wait: what is still felt as at once."""


def make(home: Path, runs: int, events: int) -> None:
    """The run folders."""
    text = "".join(
        line(number, event)
        for number, event in enumerate([*sample_events(400), proof(), finished()])
    )
    for number in range(runs - 1):
        folder = make_folder(home / f"run-{number:04}")
        folder.events_file.write_text(text.replace("1000000.0", str(1_000_000.0 - number), 1))
    lost = make_folder(home / "lost")
    with lost.events_file.open("w") as file:
        for number, event in enumerate(sample_events(events * 9 // 10, events, 10_000)):
            file.write(line(number, event))
        for number in range(events // 10):
            file.write(line(events + number, Memory(1)))


async def measured(home: Path, runs: int) -> tuple[float, list[float], float]:
    """Seconds until all are listed, what keys waited meanwhile, and the share of a core after."""
    screen = RunsScreen([home])
    app = ThawApp(first=screen)
    waits: list[float] = []
    async with app.run_test(size=(80, 24)):
        began = time.perf_counter()
        listed = 0.0
        while not listed:
            if screen.is_mounted and len(screen.runs.rows) > len(waits) + 2:
                before, pressed = screen.runs.current, time.perf_counter()
                app.simulate_key("j")
                while screen.runs.current is before:
                    await asyncio.sleep(0.001)
                waits.append(time.perf_counter() - pressed)
            if screen.is_mounted and len(screen.runs.rows) == runs:
                listed = time.perf_counter() - began
            await asyncio.sleep(0.05)
        await asyncio.sleep(5)
        busy = time.process_time()
        await asyncio.sleep(10)
        return listed, waits, (time.process_time() - busy) / 10


def main() -> int:
    """Measure and print."""
    runs, events = ([int(word) for word in sys.argv[1:]] + [1_000, 1_000_000][len(sys.argv) - 1 :])[
        :2
    ]
    with tempfile.TemporaryDirectory() as home:
        make(Path(home), runs, events)
        listed, waits, share = asyncio.run(measured(Path(home), runs))
    print(
        f"{runs:,} runs, one lost after {events:,} events: listed in {listed:.2f} s; a key waits "
        f"{statistics.median(waits) * 1e3:.0f} ms, at most {max(waits) * 1e3:.0f} ms; "
        f"then {share:.1%} of a core"
    )
    reached = max(waits) < MOST_WAIT
    print("reached" if reached else f"NOT REACHED: a key waits {MOST_WAIT:g} s at most")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
