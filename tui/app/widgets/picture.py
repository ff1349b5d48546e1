"""A picture from a file, as large as there is room."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from rich.segment import ControlType, Segment
from rich.style import Style
from textual import events, work
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.app.glyphs import glyphs
from tui.app.panes.live import changed_span
from tui.picture_cells import Cells, Way, draw
from tui.printable import plain

COARSE = 160
"""Pixels across, below which the picture that was drawn for few pixels is the better one."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """Where a picture is, and, where there is one, the same drawn for few pixels."""

    path: Path
    small: Path | None = None


class Picture(Widget):
    """Shows one picture; where that cannot be done, a line that says why. Files are read, and
    pictures drawn, beside the event loop."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: tuple[PictureFile, Way] | None = None
        self._drawn: tuple[PictureFile, Way, int, int] | None = None
        self.cells: Cells | None = None
        self.problem = ""

    def show(self, file: PictureFile, way: Way) -> None:
        """Show this from now on, drawn in this way."""
        self._wanted = file, way
        self._want()

    def on_resize(self, _: events.Resize) -> None:
        self._want()

    def on_unmount(self) -> None:
        self._send(self.cells.after if self.cells else "")

    def _want(self) -> None:
        if self._wanted is None or not self.size.width or not self.size.height:
            return
        wanted = (*self._wanted, self.size.width, self.size.height)
        if wanted != self._drawn:
            self._drawn = wanted
            self._draw(*wanted)

    @work(exclusive=True)
    async def _draw(self, file: PictureFile, way: Way, columns: int, rows: int) -> None:
        told = await asyncio.to_thread(read, file, way, columns, rows)
        before, gone = self._lines(), self.cells.after if self.cells else ""
        self.cells, self.problem = (None, told) if isinstance(told, str) else (told, "")
        self._send(gone + (self.cells.before if self.cells else ""))
        after = self._lines()
        spans = [changed_span(old, new) for old, new in zip(before, after, strict=True)]
        changed = [Region(span[0], y, span[1] - span[0], 1) for y, span in enumerate(spans) if span]
        if self.cells is not None and self.cells.over:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """One line: of the picture, of what is said in its place, or nothing."""
        width, style = self.size.width, self.visual_style.rich_style
        if self.cells is None:
            words = self.problem if not y else ""
            words = plain(words, ascii_only=glyphs().ascii_only)
            return Strip([Segment(words, style)]).adjust_cell_length(width, style)
        if y >= len(self.cells.rows):
            return Strip.blank(width, style)
        row = [Segment(text, look or style) for text, look, _ in self.cells.rows[y]]
        left = Segment(" " * self._left(), style)
        return Strip([left, *row]).adjust_cell_length(width, style)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines, and what is drawn over them all."""
        strips = super().render_lines(crop)
        if self.cells is None or not self.cells.over or not self.screen.is_active:
            return strips
        x, y = self.region.x + self._left() + 1, self.region.y + 1
        # Each segment that is cut keeps what stands before its last cell, and only that.
        over = f"\x1b7\x1b[{y};{x}H{self.cells.over}\x1b8"
        *segments, last = strips[-1]
        kept, end = last.split_cells(max(0, last.cell_length - 1))
        control = Segment(over, Style.null(), [(ControlType.CURSOR_FORWARD, 0)])
        strips[-1] = Strip([*segments, kept, control, end], strips[-1].cell_length)
        return strips

    def _left(self) -> int:
        return max(0, (self.size.width - self.cells.width) // 2) if self.cells else 0

    def _lines(self) -> list[Strip]:
        return [self.render_line(y) for y in range(self.size.height)]

    def _send(self, data: str) -> None:
        driver = self.app._driver
        if data and driver is not None:
            driver.write(data)


def read(file: PictureFile, way: Way, columns: int, rows: int) -> Cells | str:
    """A picture in at most so many cells; why not, where it cannot be read."""
    # Imported here: none of it is needed before there is a picture to show.
    from PIL import Image

    coarse = way not in ("kitty", "sixel") and columns < COARSE
    path = file.small if coarse and file.small and file.small.exists() else file.path
    # Beside what Sixel draws a cell stays free.
    room = columns - 1 if way == "sixel" else columns
    try:
        with Image.open(path) as image:
            return draw(image.convert("RGB"), way, max(1, room), rows)
    except FileNotFoundError:
        return f"{path.name} is not there any more: the trainer removes its oldest pictures"
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return f"{path.name} cannot be read: it is torn, or no picture"
