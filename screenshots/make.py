"""Makes the pictures in this folder anew: the real app, on the real demo, run to its end.

    uv run --group screenshots python screenshots/make.py

Takes about three minutes, and needs a monospaced font. Each picture is an SVG, as Textual exports
it, and a PNG of the same.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import resvg_py
from PIL import Image
from textual.pilot import Pilot

HERE = Path(__file__).parent
SIZE = (100, 30)
FONT = "DejaVu Sans Mono"
"""Of the PNG; where there is none of this name, another that is there."""


def app_is_on(pilot: Pilot[int], screen: str) -> Callable[[], bool]:
    """Whether the screen of this class is on top."""
    return lambda: type(pilot.app.screen).__name__ == screen


async def until(pilot: Pilot[int], holds: Callable[[], object], seconds: float = 300) -> None:
    """Wait for a condition of the app.

    Raises:
        TimeoutError: it did not come about.
    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"the app did not get there in time:\n{_text(pilot)}")
        await pilot.pause(0.1)


async def take(pilot: Pilot[int], name: str) -> None:
    """Save what is on the screen."""
    await pilot.pause(0.6)
    svg = pilot.app.export_screenshot()
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    pixels = Image.open(
        io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, monospace_family=FONT)))
    )
    # A screen has few colours, and what is looked at in a browser should come fast.
    pixels.convert("RGB").quantize(64).save(HERE / f"{name}.png", optimize=True)
    print(f"{name}.svg, {name}.png", flush=True)


async def main() -> None:
    """Walk through the demo and take a picture of each thing that the README shows."""
    from tui.app.app import ThawApp
    from tui.app.screens.run import RunScreen
    from tui.model.source import ModelSource

    browsing = ThawApp()
    async with browsing.run_test(size=SIZE) as pilot:
        await until(pilot, app_is_on(pilot, "BrowserScreen"))
        await pilot.press(*"detection voc r50")
        await take(pilot, "browser")

    app = ThawApp(ModelSource(model="demo"), data="shapes")
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, app_is_on(pilot, "ModelScreen"))
        await pilot.press("h")
        await take(pilot, "model")
        await pilot.press("slash", *"(?!dense).*")
        await take(pilot, "regex")
        await pilot.press("escape", "right_square_bracket", "r")
        await take(pilot, "plan")
        await pilot.press("r", "u", "v", "c")
        await until(pilot, lambda: "multiply-adds (100 %)" in _text(pilot))
        await take(pilot, "detail")
        await pilot.press("v", "c", "y")
        await take(pilot, "snippet")
        await pilot.press("escape", "question_mark")
        await take(pilot, "keys")
        await pilot.press("escape", "t")
        await until(pilot, lambda: "as fast" in _text(pilot))
        await take(pilot, "form")
        await pilot.press("ctrl+s")
        await until(pilot, app_is_on(pilot, "RunScreen"))
        run = app.screen
        assert isinstance(run, RunScreen)
        await until(pilot, lambda: re.search(r"training . epoch [2-6]", _text(pilot)))
        await take(pilot, "run")
        await until(pilot, lambda: "bit for bit" in _text(pilot))
        await take(pilot, "proof")
        await pilot.press("5", "w", "slash", *"epoch 5", "enter")
        await until(pilot, lambda: "found" in _text(pilot))
        await take(pilot, "log")
        await pilot.press("w", "0", "i")
        await until(pilot, app_is_on(pilot, "PicturesScreen"))
        await until(pilot, lambda: "▀" in _text(pilot) or "▄" in _text(pilot))
        await take(pilot, "pictures")
        await pilot.press("escape")
        await until(pilot, app_is_on(pilot, "RunScreen"))
        # Another run, of everything: something to compare with.
        await pilot.press("escape")
        await until(pilot, app_is_on(pilot, "ModelScreen"))
        await pilot.press("a", "t")
        await until(pilot, lambda: "ready" in _text(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, app_is_on(pilot, "RunScreen"))
        await until(pilot, lambda: "complete" in _text(pilot) and "trainable" in _text(pilot))
        await pilot.press("ctrl+r")
        await until(pilot, app_is_on(pilot, "RunsScreen"))
        await until(pilot, lambda: _text(pilot).count("demo") >= 2)
        await pilot.press("space", "space")
        await take(pilot, "runs")
        await pilot.press("c")
        await until(pilot, app_is_on(pilot, "CompareScreen"))
        await until(pilot, lambda: "what trains, by block" in _text(pilot))
        await take(pilot, "compare")


def _text(pilot: Pilot[int]) -> str:
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in lines)


if __name__ == "__main__":
    # A home of its own: what is on the pictures is nobody's.
    with tempfile.TemporaryDirectory(prefix="thaw-") as home:
        os.environ["HOME"] = home
        for name in (
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "XDG_CONFIG_HOME",
            "MXNET_HOME",
            "NO_COLOR",
        ):
            os.environ.pop(name, None)
        os.environ["COLORTERM"] = "truecolor"
        asyncio.run(main())
