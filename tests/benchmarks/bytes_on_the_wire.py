"""Bytes to the terminal, 80×24: a key in the tree, nothing at all, a run that goes on.

    uv run python -m tests.benchmarks.bytes_on_the_wire [SECONDS]

The real app on the demo model, on a pseudo terminal that answers what it is asked as xterm does;
a real trainer in a process of its own for the run. Prints a table in Markdown, beside htop and
top where they are installed; exit code 1 where a figure is not reached.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.counted_terminal import Counted
from tests.faults.trainings import steps_of, wait_for
from tui.runs.folder import RunFolder

SECONDS = 30.0
KEYS = 20

TO_REACH = {
    ("a run goes on, bytes a second", ""): 2_000,
    ("a run goes on, bytes a second", "--slow"): 500,
    ("one cursor key in the tree, bytes", "--slow"): 600,
    ("idle model screen, bytes", ""): 0,
    ("idle model screen, bytes", "--slow"): 0,
}


@contextmanager
def thaw(*arguments: str, home: Path) -> Iterator[Counted]:
    """The app on a terminal."""
    one = Counted(
        [sys.executable, "-m", "tui", *arguments],
        COLORTERM="truecolor",
        XDG_DATA_HOME=str(home / "data"),
        XDG_STATE_HOME=str(home / "state"),
        XDG_CONFIG_HOME=str(home / "config"),
    )
    try:
        yield one
    finally:
        one.close()


def on_the_model(option: list[str], home: Path) -> dict[str, float]:
    """The model screen: nothing happens; the cursor goes down, a key at a time."""
    with thaw("demo", *option, home=home) as screen:
        screen.until("pretrained", 120)
        screen.settle()
        idle = screen.during(5.0)
        before = screen.count
        for _ in range(KEYS):
            screen.type("j")
            screen.settle(0.3)
        return {
            "idle model screen, bytes": idle,
            "one cursor key in the tree, bytes": (screen.count - before) / KEYS,
        }


@contextmanager
def training(home: Path) -> Iterator[Path]:
    """A run of the demo, its head alone, that goes on until it is stopped."""
    folder = home / "run"
    with (home / "trainer.txt").open("w") as said:
        trainer = subprocess.Popen(
            [
                *(sys.executable, "-m", "tui", "train", "demo", "--data", "shapes"),
                *("--preset", "head", "--epochs", "1000", "--run-dir", str(folder)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        wait_for(lambda: RunFolder(folder).events_file.exists() and steps_of(RunFolder(folder)))
        yield folder
    finally:
        trainer.terminate()
        trainer.wait()


def on_the_run(option: list[str], folder: Path, home: Path, seconds: float) -> dict[str, float]:
    """The run screen, while the run goes on."""
    with thaw("attach", str(folder), *option, home=home) as screen:
        screen.until("epoch", 120)
        # Curves are there, and the axis has found its place.
        screen.during(4.0)
        before = steps_of(RunFolder(folder))
        count = screen.during(seconds)
        assert screen.process.poll() is None, "the screen has ended"
        assert steps_of(RunFolder(folder)) > before, "the run does not go on"
        return {"a run goes on, bytes a second": count / seconds}


def of_others(seconds: float) -> dict[str, float]:
    """What htop and top write while nothing is asked of them, a second."""
    counts = {}
    for name in ("htop", "top"):
        if shutil.which(name):
            screen = Counted([name], COLUMNS="80", LINES="24")
            screen.during(5.0)
            counts[name] = screen.during(seconds) / seconds
            screen.close()
    return counts


def main() -> int:
    """Measure, and print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    found: dict[tuple[str, str], float] = {}
    for option in ("", "--slow"):
        with tempfile.TemporaryDirectory() as name:
            home, arguments = Path(name), option.split()
            told = on_the_model(arguments, home)
            with training(home) as folder:
                told |= on_the_run(arguments, folder, home, seconds)
            found |= {(what, option): count for what, count in told.items()}
    print("| 80×24 | default | `--slow` |")
    print("| --- | --- | --- |")
    for what in dict.fromkeys(what for what, _ in found):
        cells = []
        for option in ("", "--slow"):
            most = TO_REACH.get((what, option))
            goal = "" if most is None else f" (at most {most:,})"
            cells.append(f"{found[what, option]:,.0f}{goal}")
        print(f"| {what} | {' | '.join(cells)} |")
    for name, count in of_others(10.0).items():
        print(f"| {name}, bytes a second | {count:,.0f} | |")
    return int(any(found[which] > most for which, most in TO_REACH.items()))


if __name__ == "__main__":
    os.environ.pop("NO_COLOR", None)
    raise SystemExit(main())
