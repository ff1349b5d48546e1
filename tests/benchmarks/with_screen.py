"""Pictures a second of a run with its screen attached, against a plain GluonCV loop.

    uv run python -m tests.benchmarks.with_screen [ROUNDS]

The trainer and its screen, in a terminal of their own, and the plain loop in another process, in
turn: while the ones work, the others are stopped. All of ssd_512_mobilenet1.0 trains, at 300, and
nothing is kept. Prints a table in Markdown; to reach: at least 0.98 of a plain loop whose operators
have as many threads as thaw's. Another has those that MXNet takes by itself; with OMP_NUM_THREADS
set, thaw and the first have so many.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.benchmarks.machine import machine
from tests.benchmarks.stopped_terminal import drained
from tests.faults.terminals import attached
from tests.faults.trainings import kill_trainer, start, started, steps_of, wait_for
from tui.engine.cores import THREADS, cores, processors
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.events import Step
from tui.runs.folder import RunFolder, create_run
from tui.runs.log import EventReader
from tui.runs.spec import Hyperparameters, RunSpec

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
SOURCE = ModelSource("ssd_512_mobilenet1.0_custom", SHAPES, pretrained=False, input_size=(300, 300))
BATCH = 4
SECONDS = 20.0
ALL = FreezePlan((Rule("thaw", "all"),))

PLAIN = """
import sys, time
import tui.engine
from mxnet.gluon.data import Dataset
from tests.benchmarks import plain_loops
from tests.benchmarks.with_screen import BATCH, SHAPES, SOURCE
from tui.engine.datasets.shapes import ShapesDetection
from tui.engine.sources import build

class Told(Dataset):
    '''The pictures, and a line each time that a batch of them begins.'''
    def __init__(self, pictures):
        self.pictures, self.read = pictures, 0
    def __len__(self):
        return len(self.pictures)
    def __getitem__(self, index):
        if self.read % BATCH == 0:
            print(time.time(), flush=True)
        self.read += 1
        return self.pictures[index]

net = build(SOURCE, lambda _: None).net
epoch = plain_loops.ssd(net, Told(ShapesDetection("train", 512, classes=SHAPES)), 300, BATCH)
while True:
    epoch()
"""


def a_second(times: list[float]) -> float:
    """Pictures a second, of the moments at which batches began."""
    return BATCH * (len(times) - 1) / (times[-1] - times[0])


def step_times(folder: RunFolder) -> list[float]:
    """When each step was told."""
    reader, found = EventReader(folder.events_file), []
    while envelopes := reader.read():
        found += [one.time for one in envelopes if isinstance(one.event, Step)]
    return found


def in_window(times: Callable[[], list[float]], processes: list[psutil.Process]) -> float:
    """Pictures a second while these processes, and no others, work."""
    for one in processes:
        one.resume()
    time.sleep(2)  # what a step had begun before is not measured
    began = time.time()
    time.sleep(SECONDS)
    ended = time.time()
    for one in processes:
        one.suspend()
    return a_second([moment for moment in times() if began <= moment <= ended])


def main(rounds: int = 5) -> None:
    """Measure, and print the table."""
    hyper = Hyperparameters(
        epochs=10_000, batch_size=BATCH, learning_rate=1e-4, augment=False, cache="off",
        validate_every=10_000, checkpoint_every=0,
    )  # fmt: skip
    threads = os.environ.get(THREADS) or str(cores(processors()))
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as ending:
        plains = [
            _plain(Path(home) / "same.txt", ending, {THREADS: threads}),
            _plain(Path(home) / "own.txt", ending, {}),
        ]
        folder = create_run(RunSpec(SOURCE, "ssd", "shapes", hyper), ALL, Path(home) / "run")
        trainer = start(folder)
        ending.callback(trainer.wait)
        ending.callback(kill_trainer, folder)
        screen = attached(str(folder.path), COLORTERM="truecolor")
        draining = threading.Thread(target=drained, args=(screen,), daemon=True)
        ending.callback(screen.close)
        draining.start()
        ending.callback(draining.join)
        ending.callback(screen.process.kill)
        wait_for(lambda: steps_of(folder) > 3 or trainer.poll() is not None)
        one = started(folder)
        assert one is not None, folder.log_file.read_text()[-2000:]
        ours = [psutil.Process(one.pid), psutil.Process(screen.process.pid)]
        for process in ours:
            process.suspend()
            ending.callback(process.resume)
        found: list[list[float]] = []
        for _ in range(rounds):
            found.append([in_window(lambda: step_times(folder), ours)])
            found[-1] += [in_window(times, [process]) for process, times in plains]
    print(f"{machine()}; threads of an operator: {threads}\n")
    print("| images/s, everything trains, nothing kept | plain loop | thaw | ratio | to reach |")
    print("| --- | --- | --- | --- | --- |")
    kinds = (("as many threads", "at least 0.98"), ("threads as MXNet takes them", ""))
    for column, (kind, reach) in enumerate(kinds, start=1):
        ratio = statistics.median(row[0] / row[column] for row in found)
        mine, theirs = (statistics.median(row[place] for row in found) for place in (0, column))
        print(
            f"| ssd_512_mobilenet1.0 at 300, its screen attached; {kind} | {theirs:.1f} "
            f"| {mine:.1f} | {ratio:.3f} | {reach} |"
        )


def _plain(
    told: Path, ending: contextlib.ExitStack, environment: dict[str, str]
) -> tuple[psutil.Process, Callable[[], list[float]]]:
    """A plain loop that has begun and stands still, and when its batches began."""
    without = {name: value for name, value in os.environ.items() if name != THREADS}
    with told.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", PLAIN], stdout=file, env=without | environment
        )
    ending.callback(process.wait)
    ending.callback(process.kill)
    wait_for(lambda: told.read_text().count("\n") > 3)
    process.send_signal(signal.SIGSTOP)
    return psutil.Process(process.pid), lambda: [float(one) for one in told.read_text().split()]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
