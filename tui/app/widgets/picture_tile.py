"""A sampled picture with its caption."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, written
from tui.app.widgets.picture import Picture, PictureFile
from tui.picture_cells import Way
from tui.printable import plain


class PictureTile(Vertical):
    """The picture, and below it what is predicted and what is true."""

    def compose(self) -> ComposeResult:
        yield Picture()
        yield LivePane(classes="caption")

    def show(self, file: PictureFile, way: Way, number: str, caption: str, *, marked: bool) -> None:
        """Show this picture; `marked` is whether it is the one that Enter would enlarge."""
        self.query_one(Picture).show(file, way)
        mark = f"{glyphs().cursor} " if marked else "  "
        words = plain(caption, ascii_only=glyphs().ascii_only)
        style = "bold" if marked else ""
        self.query_one(LivePane).show(written((mark + number, FAINT), ("  " + words, style)))
