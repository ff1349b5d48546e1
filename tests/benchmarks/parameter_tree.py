"""The parameter tree with 100,000 parameters in 1,000 blocks, against Textual's stock `Tree`.

    uv run python -m tests.benchmarks.parameter_tree [rounds]

Both stand alone on a screen of 80×24 of the same headless app, in turn. The stock tree shows the
same labels, and no columns at all. Times are from the call or the key event until the last of it
has been painted, the bytes for the terminal included. Keys come as a keyboard repeats them, every
33 to 43 ms: Textual paints at most every 1/60 s, and at that pace a key finds a frame due, as it
does for a person; keys that come faster wait up to 1/60 s for theirs in either tree. Building is
from the inspector's answer (decoded) to the first paint. Figures are medians over rounds, those
marked p95 are the 95th percentile over all keys of all rounds. Memory is the peak resident size
of a process of its own that hears the answer from another (tests/benchmarks/tree_memory.py).
"""

from __future__ import annotations

import asyncio
import gc
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import textual
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Tree

import tui.app
from tests.app.models import large, opened
from tests.app.stand_in_inspector import StandInInspector
from tests.benchmarks.painting import Painting, Taken
from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.app.session import Session
from tui.app.widgets.parameter_tree import ParameterTree
from tui.runs.inspection import Opened

STYLES = Path(tui.app.__file__).parent / "styles"
ROUNDS = 5
KEYS = 100


class PaintingThaw(Painting, ThawApp):
    """The real app."""

    # Styles are looked for beside the module of a class.
    __module__ = ThawApp.__module__


class Alone(Screen[None]):
    """One widget, made when the screen is."""

    CSS_PATH = STYLES / "model.tcss"

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make

    def compose(self) -> ComposeResult:
        yield self._make()

    @property
    def widget(self) -> Widget:
        """The widget."""
        return self.children[0]


def stock_tree(answer: Opened) -> Tree[None]:
    """The stock tree of the same blocks and parameters."""
    tree: Tree[None] = Tree(answer.model.name)
    tree.root.expand()
    for block in answer.model.blocks[1:]:
        node = tree.root.add(block.path)
        for name in block.names:
            node.add_leaf(name[len(block.path) + 1 :])
    return tree


class Times(dict[str, list[Taken]]):
    """What was taken, by what was done."""

    def add(self, what: str, taken: Taken) -> None:
        """One more."""
        self.setdefault(what, []).append(taken)

    def median(self, what: str) -> Taken:
        """The ones in the middle."""
        return Taken(*map(statistics.median, zip(*self[what], strict=True)))

    def p95(self, what: str) -> Taken:
        """The 95th percentiles."""
        columns = zip(*self[what], strict=True)
        return Taken(*(statistics.quantiles(column, n=20)[-1] for column in columns))


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say on standard error what is going on."""
    print(what, end=" ", file=sys.stderr, flush=True)
    yield
    print("done", file=sys.stderr, flush=True)


async def pause() -> None:
    """As long as a keyboard waits between repeats."""
    await asyncio.sleep(0.033 + random.random() * 0.01)


async def stock_round(app: PaintingThaw, answer: Opened, times: Times) -> None:
    """Build, expand, move."""
    screen = Alone(lambda: stock_tree(answer))
    times.add(
        "stock build",
        await app.until_painted(lambda: app.push_screen(screen), lambda: screen.is_mounted),
    )
    tree = screen.widget
    assert isinstance(tree, Tree)
    tree.focus()
    lines = len(answer.model.parameters)
    times.add(
        "stock expand",
        await app.until_painted(tree.root.expand_all, lambda: tree.virtual_size.height > lines),
    )
    await keys(app, lambda: tree.cursor_line, times, "stock key")
    await app.pop_screen()


async def own_round(app: PaintingThaw, answer: Opened, times: Times) -> None:
    """The same, with our own."""
    screen = Alone(lambda: ParameterTree(Session.of(answer)))
    times.add(
        "build",
        await app.until_painted(lambda: app.push_screen(screen), lambda: screen.is_mounted),
    )
    tree = screen.widget
    assert isinstance(tree, ParameterTree)
    tree.focus()
    lines = len(answer.model.parameters)
    times.add(
        "expand",
        await app.until_painted(
            lambda: app.simulate_key("Z"), lambda: tree.virtual_size.height > lines
        ),
    )
    await keys(app, lambda: tree.cursor, times, "key")
    await app.pop_screen()


async def keys(app: PaintingThaw, cursor: Callable[[], int], times: Times, what: str) -> None:
    """Cursor keys."""
    for _ in range(KEYS):
        await pause()
        here = cursor()
        times.add(
            what,
            await app.until_painted(
                lambda: app.simulate_key("down"), lambda here=here: cursor() != here
            ),
        )


async def screen_round(app: PaintingThaw, answer: Opened, times: Times) -> None:
    """The whole model screen: what `thaw` really shows."""
    made: list[ModelScreen] = []

    def open_screen() -> object:
        made.append(ModelScreen(Session.of(answer), StandInInspector()))
        return app.push_screen(made[0])

    times.add(
        "screen build", await app.until_painted(open_screen, lambda: made[0].parameter_tree.size)
    )
    screen, tree = made[0], made[0].parameter_tree
    lines = len(answer.model.parameters)
    times.add(
        "screen expand",
        await app.until_painted(
            lambda: app.simulate_key("Z"), lambda: tree.virtual_size.height > lines
        ),
    )
    await keys(app, lambda: tree.cursor, times, "screen key")
    await typed(app, "slash", "pattern_field", ".*block7.*p1", times, "regex character")
    field = screen.pattern_field
    await app.until_painted(lambda: app.simulate_key("escape"), lambda: not field.display)
    await typed(app, "f", "find_field", "block7p1", times, "find character")
    for name, key in (("toggle", "space"), ("head only", "h"), ("undo", "u"), ("filter", "F")):
        if screen.find_field.display:
            await app.until_painted(
                lambda: app.simulate_key("enter"), lambda: not screen.find_field.display
            )
        await pause()
        times.add(
            name,
            await app.until_painted(
                lambda key=key: app.simulate_key(key), lambda: app.painted.is_set()
            ),
        )
    await app.pop_screen()


async def typed(
    app: PaintingThaw, opens: str, name: str, text: str, times: Times, what: str
) -> None:
    """Characters into a field of the model screen, each while the one before is being matched."""
    field = getattr(app.screen, name)
    await app.until_painted(lambda: app.simulate_key(opens), lambda: field.display)
    for character in text:
        await pause()
        before = field.field.value
        key = {".": "full_stop", "*": "asterisk"}.get(character, character)
        times.add(
            what,
            await app.until_painted(
                lambda key=key, character=character: app.post_message(
                    textual.events.Key(key, character)
                ),
                lambda before=before: field.field.value != before,
            ),
        )


def memory(answer: Opened) -> dict[str, float]:
    """MB by step, from a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answer.json"
        path.write_bytes(msgspec.json.encode(answer) + b"\n")
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.tree_memory", str(path)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {step: float(size) for step, size in rows}


def machine() -> str:
    """What it ran on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return (
        f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"Textual {textual.__version__}, {platform.system()}"
    )


def report(times: Times, peaks: dict[str, float], rounds: int) -> bool:
    """The table; whether all was reached."""
    peak = max(peaks.values())
    rows = [
        ("build and first paint", times.median("stock build"), times.median("build"), 20, None),
        ("expand all", times.median("stock expand"), times.median("expand"), 100, 300),
        ("one cursor key, p95", times.p95("stock key"), times.p95("key"), 5, 16),
        ("a regex character, p95", None, times.p95("regex character"), None, 30),
    ]
    print(f"\n{machine()}; {rounds} rounds\n")
    print(
        "| what | stock tree | of it work | this tree | of it work | ratio of work | to reach | |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    every = True
    for what, stock, own, part, most in rows:
        aims = [f"1/{part}"] if part else []
        aims += [f"{most} ms"] if most else []
        reached = [own.work * part <= stock.work] if stock and part else []
        reached += [own.wall < most] if most else []
        every = every and all(reached)
        before = f"{stock.wall:.1f} ms | {stock.work:.1f} ms" if stock else " | "
        ratio = f"1/{stock.work / own.work:.1f}" if stock else ""
        print(
            f"| {what} | {before} | {own.wall:.1f} ms | {own.work:.1f} ms | {ratio} "
            f"| {', '.join(aims)} | {', '.join('reached' if yes else 'not' for yes in reached)} |"
        )
    light = "reached" if peak < 150 else "not"
    print(f"| UI process memory, peak | | | {peak:.0f} MB | | | 150 MB | {light} |")
    print("\nThe whole model screen, medians (p95), and the work of it:\n")
    for what in (
        *("screen build", "screen expand", "screen key", "regex character", "find character"),
        *("toggle", "head only", "undo", "filter"),
    ):
        middle, high = times.median(what), times.p95(what)
        print(
            f"- {what}: {middle.wall:.1f} ms ({high.wall:.1f} ms), "
            f"work {middle.work:.1f} ms ({high.work:.1f} ms)"
        )
    print("\nPeak memory: " + ", ".join(f"{step} {size:.0f} MB" for step, size in peaks.items()))
    return every and peak < 150


async def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with told("memory"):
        peaks = memory(opened(large()))
    answer, times = opened(large()), Times()
    app = PaintingThaw(inspector=StandInInspector())
    async with app.run_test(size=(80, 24)):
        for turn in range(rounds):
            with told(f"round {turn + 1} of {rounds}"):
                for one in (own_round, screen_round, stock_round):
                    gc.collect()
                    await one(app, answer, times)
    return 0 if report(times, peaks, rounds) else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
