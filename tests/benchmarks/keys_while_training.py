"""How long a key waits for the frame that answers it, while a trainer uses every core.

    uv run python -m tests.benchmarks.keys_while_training [KEYS]

A real trainer on a real detector, and the model screen in a terminal of its own: cursor keys in
the tree, each timed until the first bytes of its frame. Prints a table in Markdown; to reach: under
50 ms for 95 of 100.
"""

from __future__ import annotations

import os
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.terminals import Terminal
from tests.faults.trainings import kill_trainer, start, steps_of, wait_for
from tui.model.plan import FreezePlan, Rule
from tui.model.source import ModelSource
from tui.runs.folder import create_run
from tui.runs.spec import Hyperparameters, RunSpec

SHAPES = ("circle", "square", "triangle", "star", "cross", "ring")
ALL = FreezePlan((Rule("thaw", "all"),))
REST = 0.15
"""Seconds between two keys: as fast as one is held down, and no frame of the last is left."""


def answered(screen: Terminal, key: str) -> float:
    """Milliseconds from a key to the first bytes of what it changes."""
    screen.read(REST)
    began = time.perf_counter()
    os.write(screen.master, key.encode())
    select.select([screen.master], [], [], 5)
    return (time.perf_counter() - began) * 1000


def keys(count: int) -> list[float]:
    """The times of so many cursor keys, down and up in turn, on the screen of a large model."""
    words = ["open", "resnet50_v1", "--no-weights"]
    screen = Terminal([sys.executable, "-m", "tui", *words], COLORTERM="truecolor")
    try:
        screen.until("trainable")
        screen.read(2)
        return [answered(screen, "jjjjkkkk"[number % 8]) for number in range(count)]
    finally:
        screen.close()


def main(count: int = 200) -> None:
    """Measure alone, and beside a trainer, and print the table."""
    alone = keys(count)
    source = ModelSource(
        "ssd_512_mobilenet1.0_custom", SHAPES, pretrained=False, input_size=(300, 300)
    )
    hyper = Hyperparameters(epochs=1000, batch_size=4, learning_rate=1e-4)
    with tempfile.TemporaryDirectory() as home:
        folder = create_run(RunSpec(source, "ssd", "shapes", hyper), ALL, Path(home) / "run")
        trainer = start(folder)
        try:
            wait_for(lambda: steps_of(folder) > 2 or trainer.poll() is not None)
            assert trainer.poll() is None, folder.log_file.read_text()[-2000:]
            beside = keys(count)
        finally:
            kill_trainer(folder)
            trainer.wait()
    print("| until the frame that answers a key | median | 95 of 100 | to reach |")
    print("| --- | --- | --- | --- |")
    for what, times in (("nothing else runs", alone), ("a trainer on all cores", beside)):
        worst = statistics.quantiles(times, n=20)[-1]
        print(f"| {what} | {statistics.median(times):.1f} ms | {worst:.1f} ms | under 50 ms |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
