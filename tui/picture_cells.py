"""Pictures as cells of a terminal, by textual-image: Kitty's protocol, Sixel, half blocks, greys;
or in ASCII signs.

textual-image asks the terminal what it is when it is imported, and how large its cells are when it
draws. While an app reads the keyboard, the answers would be taken for keys; and what it sends to
Kitty by itself would fall into the midst of what the app writes. So it gets no terminal here: what
it sends is caught, and handed over with the cells.
"""

from __future__ import annotations

import io
import os
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.segment import Segment

if TYPE_CHECKING:
    from PIL.Image import Image

Way = Literal["kitty", "sixel", "half blocks", "greys", "ascii"]

USUAL_CELL = (10, 20)
"""Width and height of a cell in pixels, where the terminal does not tell."""

RAMP = " .:-=+*#%@"
"""Signs from dark to bright, on a dark screen."""

_alone = threading.Lock()


@dataclass(frozen=True)
class Cells:
    """A picture as `rows` of segments, `width` cells each. `before` is to be sent to the terminal
    before the rows, `over` once they stand there, with the cursor at their first cell; `after`
    when the picture is gone."""

    width: int
    rows: tuple[tuple[Segment, ...], ...]
    before: str = ""
    over: str = ""
    after: str = ""


def cell_size() -> tuple[int, int]:
    """Width and height of the terminal's cells in pixels, as the system knows them: nothing is
    asked of the terminal itself."""
    for stream in (sys.__stdout__, sys.__stderr__):
        try:
            import fcntl
            import termios

            assert stream is not None
            told = fcntl.ioctl(stream.fileno(), termios.TIOCGWINSZ, b"\0" * 8)
        except (ImportError, AssertionError, OSError, ValueError):
            continue
        rows, columns, width, height = struct.unpack("HHHH", told)
        if rows and columns and width >= columns and height >= rows:
            return width // columns, height // rows
    return USUAL_CELL


def fit(
    size: tuple[int, int], columns: int, rows: int, cell: tuple[int, int] = USUAL_CELL
) -> tuple[int, int]:
    """How many columns and rows a picture of `size` pixels takes, as large as there is room and
    without being distorted."""
    shape = size[0] * cell[1] / (size[1] * cell[0])
    if shape * rows > columns:
        return columns, max(1, min(rows, round(columns / shape)))
    return max(1, min(columns, round(rows * shape))), rows


def draw(image: Image, way: Way, columns: int, rows: int, colours: int = 0) -> Cells:
    """A picture in at most so many columns and rows, half blocks in at most so many `colours` (0:
    in all of them). Takes a while: call it in a thread."""
    cell = cell_size()
    width, height = fit(image.size, columns, rows, cell)
    if way == "half blocks" and colours:
        small = image.resize((width, 2 * height))
        image = small.quantize(colours, dither=0).convert("RGB")  # type: ignore[arg-type]
    if way == "ascii":
        return Cells(width, tuple((Segment(row),) for row in _in_signs(image, width, height)))
    with _alone, _caught(cell) as sent:
        renderable = _renderable()
        _forget_cell()
        kinds: dict[Way, Any] = {
            "kitty": renderable.TGPImage,
            "sixel": renderable.SixelImage,
            "half blocks": renderable.HalfcellImage,
            "greys": renderable.UnicodeImage,
        }
        drawing = kinds[way](image, width=width, height=height)
        console = Console(file=io.StringIO(), width=width, height=height)
        segments = list(console.render(drawing))
        before = sent.getvalue()
        drawing.cleanup()
        after = sent.getvalue()[len(before) :]
    over = "".join(part.text for part in segments if part.text.startswith("\x1bP"))
    lines = Segment.split_lines(part for part in segments if not part.control)
    return Cells(width, tuple(tuple(line) for line in lines)[:height], before, over, after)


def _forget_cell() -> None:
    """textual-image asks for the size of a cell once; a terminal's letters can be made larger."""
    from textual_image._terminal import get_cell_size

    vars(get_cell_size).pop("_result", None)


def _renderable() -> Any:
    """textual-image's ways to draw. It takes NumPy where that is there, for Sixel alone, which it
    draws as fast without; a screen has no need of 30 MB for it."""
    if "textual_image.renderable" in sys.modules or "numpy" in sys.modules:
        from textual_image import renderable

        return renderable
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        from textual_image import renderable
    finally:
        del sys.modules["numpy"]
    return renderable


def _in_signs(image: Image, width: int, height: int) -> list[str]:
    greys = image.convert("L").resize((width, height)).tobytes()
    signs = "".join(RAMP[grey * len(RAMP) // 256] for grey in greys)
    return [signs[start : start + width] for start in range(0, len(signs), width)]


@contextmanager
def _caught(cell: tuple[int, int]) -> Iterator[io.StringIO]:
    """Whoever looks for the terminal finds none, but how large its cells are; what he sends to it
    is caught."""
    said = {"TEXTUAL_CELL_WIDTH": str(cell[0]), "TEXTUAL_CELL_HEIGHT": str(cell[1])}
    kept = {name: os.environ.get(name) for name in said}
    terminal, sys.__stdout__ = sys.__stdout__, (sent := io.StringIO())  # type: ignore[assignment,misc]
    os.environ.update(said)
    try:
        yield sent
    finally:
        sys.__stdout__ = terminal  # type: ignore[misc]
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
