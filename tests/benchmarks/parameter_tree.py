"""The parameter tree with 100,000 parameters in 1,000 blocks.

    uv run python -m tests.benchmarks.parameter_tree

Times are from a key to the end of the repaint that it causes, in a headless app of 80×24; up to
1/60 s of that is Textual waiting for its next frame. `work` is processor time.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot

from tests.app.models import large, opened
from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.app.screens.model import ModelScreen
from tui.app.session import Session
from tui.app.widgets.parameter_tree import ParameterTree


async def timed(pilot: Pilot[int], do: Callable[[], object]) -> float:
    """Milliseconds until the screen has been painted again after `do`."""
    painted = asyncio.Event()
    began = time.perf_counter()
    result = do()
    if isinstance(result, Awaitable):
        await result
    pilot.app.screen.call_after_refresh(painted.set)
    await painted.wait()
    return (time.perf_counter() - began) * 1000


async def worked(pilot: Pilot[int], do: Callable[[], object]) -> float:
    """Milliseconds of processor time that `do` and its repaint take."""
    began = time.process_time()
    await timed(pilot, do)
    return (time.process_time() - began) * 1000


async def main() -> None:
    answer = opened(large())
    began = time.perf_counter()
    session = Session.of(answer)
    print(f"tree, roles and states      {(time.perf_counter() - began) * 1000:7.1f} ms")
    app = ThawApp(inspector=StandInInspector())
    async with app.run_test(size=(80, 24)) as pilot:
        screen = ModelScreen(session, StandInInspector())
        print(
            f"screen built and painted    "
            f"{await timed(pilot, lambda: app.push_screen(screen)):7.1f} ms"
        )
        tree = screen.query_one(ParameterTree)
        print(f"unfold all                  {await timed(pilot, tree.action_unfold_all):7.1f} ms")
        assert len(tree.rows) == 101_001
        for name, step in (("cursor key", 1), ("page key", 17)):
            taken = [await timed(pilot, lambda s=step: tree.action_move(s)) for _ in range(100)]
            p95 = statistics.quantiles(taken, n=20)[-1]
            work = [await worked(pilot, lambda s=step: tree.action_move(s)) for _ in range(100)]
            print(
                f"{name:11} median, p95     {statistics.median(taken):7.1f} {p95:7.1f} ms, "
                f"work {statistics.median(work):.1f} ms"
            )
        print(f"fold one block              {await timed(pilot, tree.action_parent):7.1f} ms")
        print(f"  and                       {await timed(pilot, tree.action_out):7.1f} ms")
        for name, action in (
            ("toggle a block", screen.action_freeze_or_thaw),
            ("head only", lambda: screen.action_preset("head")),
            ("invert", screen.action_invert),
            ("undo", screen.action_undo),
        ):
            print(f"{name:27} {await timed(pilot, action):7.1f} ms")
        await pilot.press("slash")
        field = screen.pattern_field
        late: list[float] = []

        async def heartbeat() -> None:
            while True:
                before = time.perf_counter()
                await asyncio.sleep(0.001)
                late.append((time.perf_counter() - before) * 1000)

        beat = asyncio.create_task(heartbeat())
        typed = []
        for character in ".*block7.*p1":
            typed.append(
                await timed(pilot, lambda c=character: field.field.insert_text_at_cursor(c))
            )
        began = time.perf_counter()
        while field.matched is None:
            await asyncio.sleep(0.001)
        print(
            f"regex character, p95        {statistics.quantiles(typed, n=20)[-1]:7.1f} ms; "
            f"counts {(time.perf_counter() - began) * 1000:.0f} ms after the last; "
            f"loop held up for at most {max(late):.0f} ms"
        )
        beat.cancel()


if __name__ == "__main__":
    asyncio.run(main())
