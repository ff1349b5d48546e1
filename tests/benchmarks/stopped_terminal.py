"""Pictures a second of a run while its screen is stopped, against the same run with a live screen.

    uv run python -m tests.benchmarks.stopped_terminal [ROUNDS]

One run, one attached screen: SIGSTOP and SIGCONT in turn, a few seconds each. Prints a table in
Markdown; to reach: the same to 5 %.
"""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.faults.terminals import Terminal, attached
from tests.faults.trainings import kill_trainer, long_run, start, steps_of, stop, wait_for
from tui.runs.folder import RunFolder

SECONDS = 4.0


def steps_a_second(folder: RunFolder) -> float:
    """Steps a second over the next seconds."""
    time.sleep(0.5)  # what was before is not measured
    first, began = steps_of(folder), time.perf_counter()
    time.sleep(SECONDS)
    return (steps_of(folder) - first) / (time.perf_counter() - began)


def drained(screen: Terminal) -> None:
    """Take what the screen writes, as a terminal does."""
    while screen.process.poll() is None:
        screen.read(0.1)
        screen.shown = ""


def main(rounds: int = 5) -> None:
    """Measure, and print the table."""
    with tempfile.TemporaryDirectory() as home:
        folder = long_run(Path(home))
        trainer = start(folder)
        screen = attached(str(folder.path))
        try:
            screen.until("training")
            threading.Thread(target=drained, args=(screen,), daemon=True).start()
            wait_for(lambda: steps_of(folder) > 50)
            live, stopped = [], []
            for _ in range(rounds):
                live.append(steps_a_second(folder))
                screen.process.send_signal(signal.SIGSTOP)
                stopped.append(steps_a_second(folder))
                screen.process.send_signal(signal.SIGCONT)
            stop(folder)
        finally:
            screen.close()
            kill_trainer(folder)
            trainer.wait()
    ratio = statistics.median(s / w for s, w in zip(stopped, live, strict=True))
    print("| steps a second | live screen | stopped screen | ratio | to reach |")
    print("| --- | --- | --- | --- | --- |")
    print(
        f"| small classifier | {statistics.median(live):.1f} | {statistics.median(stopped):.1f} "
        f"| {ratio:.3f} | at least 0.95 |"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
