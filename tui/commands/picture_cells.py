"""Pictures in the terminal: by Sixel or Kitty's protocol where it has them, else in half blocks."""

from __future__ import annotations

import io
from typing import TextIO

from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Text

from tui.picture_cells import cell_size, fit
from tui.printable import plain, printable
from tui.runs.inspection import DrawnPicture

_BESIDES = 5
"""Lines that a picture leaves free for its name and what is on it."""
_FINE = (1280, 960)


class Screen:
    """A stream that pictures are shown on. `pixels` is the size that they are best drawn in,
    `why_not` says why only their labels are shown; asks the terminal what it can."""

    def __init__(self, stream: TextIO) -> None:
        self._console = Console(file=stream, highlight=False)
        self._ascii = not (getattr(stream, "encoding", None) or "").lower().startswith("utf")
        self.why_not = self._why_not()
        self.pixels = (16, 16)
        if not self.why_not:
            # Imported here and not at the top: at its import it asks the terminal, on a terminal.
            from textual_image import renderable

            self._image = renderable.Image
            columns, rows = self._cells()
            coarse = renderable.Image in (renderable.HalfcellImage, renderable.UnicodeImage)
            self.pixels = (columns, 2 * rows) if coarse else _FINE

    def show(self, picture: DrawnPicture) -> None:
        """A picture with its name, or the name and what is labelled."""
        name = printable(picture.name, ascii_only=self._ascii)
        times = "x" if self._ascii else "×"
        self._console.print(Text(f"{name}  {picture.width}{times}{picture.height}"))
        if self.why_not:
            for label in picture.labels:
                self._console.print(Text(f"  {plain(label, ascii_only=self._ascii)}"))
            return
        self._show(picture)
        line = Text()
        for label, count, colour in picture.legend:
            line.append("■ ", style=Style(color=Color.from_rgb(*colour)))
            line.append(f"{printable(label)} {count}  ")
        self._console.print(line)

    def _show(self, picture: DrawnPicture) -> None:
        from PIL import Image

        image = Image.open(io.BytesIO(picture.png))
        columns, rows = fit(image.size, *self._cells(), cell_size())
        self._console.print(self._image(image, width=columns, height=rows))

    def _cells(self) -> tuple[int, int]:
        return self._console.width, max(4, self._console.height - _BESIDES)

    def _why_not(self) -> str:
        if not self._console.is_terminal:
            return "no terminal to show pictures in; their labels instead"
        if self._console.color_system is None or self._console.no_color:
            return "no colours to show pictures in; their labels instead"
        return "this terminal takes only ASCII; labels instead of pictures" if self._ascii else ""
