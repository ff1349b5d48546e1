"""A process that opens the large model as `thaw` does, uses it, and says how large it became.

    uv run python -m tests.benchmarks.tree_memory ANSWER.json

It hears the answer from another process, through the product's own `Inspector`; the answer is
the file's only line. Prints the peak resident size in MB (10^6 bytes) after each step.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.app.widgets.parameter_tree import ParameterTree
from tui.model.source import ModelSource
from tui.runs.inspector import LONGEST_LINE, Inspector

SPEAK = """
import shutil, sys
sys.stdin.readline()
shutil.copyfileobj(open(sys.argv[1], "rb"), sys.stdout.buffer)
"""


class FromFile(Inspector):
    """Starts a process that answers with a file."""

    def __init__(self, answer: Path) -> None:
        super().__init__(Path("/dev/null"))
        self._answer = answer

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SPEAK, str(self._answer)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )


def peak() -> float:
    """The most memory that this process has had, in MB."""
    # Not ru_maxrss: a process inherits that from the one that started it.
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024 / 1e6


def say(step: str) -> None:
    """One line: a step, and the peak after it."""
    print(f"{step}\t{peak():.1f}", flush=True)


async def main(answer: Path) -> None:
    say("imports")
    app = ThawApp(ModelSource("large"), inspector=FromFile(answer))
    async with app.run_test(size=(120, 40)) as pilot:
        while not (app.screen.query(ParameterTree) and app.screen.focused):
            await pilot.pause(0.05)
        screen = app.screen
        assert isinstance(screen, ModelScreen)
        say("opened and painted")
        tree = screen.parameter_tree
        await pilot.press("Z", "end", "pageup")
        assert len(tree.rows) > 100_000
        say("all unfolded")
        await pilot.press("j", "space", "h", "u")
        say("toggled, head only, undone")
        await pilot.press("slash", *".*block7", "escape")
        await pilot.press("f", *"p7")
        while screen.find_field.found is None:
            await pilot.pause(0.05)
        await pilot.press("enter", "n", "F", "F")
        say("regex, find, filter")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
