"""The base of panes that change while a run goes on: only cells that changed are drawn again.

Over a slow link the bytes of a redraw are what a person feels, so a pane compares the lines it
shows with the lines it is to show and repaints the span of each that differs.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widget import Widget

from tui.app.glyphs import glyphs

HEADING = "bold $text-accent"
"""The style of a pane's heading."""

FAINT = "$foreground-muted"
"""The style of what is there but need not be read."""


def written(*parts: str | tuple[str, str]) -> Content:
    """Our own text, plain or with a style, in the signs that the terminal has."""
    write = glyphs().text
    return Content.assemble(
        *(write(part) if isinstance(part, str) else (write(part[0]), part[1]) for part in parts)
    )


def stacked(lines: Sequence[Content]) -> Content:
    """Lines below each other."""
    return Content("\n").join(lines)


class LivePane(Widget):
    """Shows one `Content`; `show` replaces it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._content = Content("")
        self._strips: list[Strip] = []
        self._drawn: tuple[Content, int, Style] | None = None

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    def show(self, content: Content) -> None:
        """Show this from now on; costs nothing where it is the same."""
        if content.is_same(self._content):
            return
        before = self._strips if self._drawn else None
        self._content = content
        width = self.content_size.width
        if before is None or not width or not self.is_mounted:
            self.refresh(layout=self.styles.is_auto_height)
            return
        after = self._lines(width)
        if len(after) != len(before) and self.styles.is_auto_height:
            self.refresh(layout=True)
            return
        blank = Strip([])
        changed: list[Region] = []
        for y in range(max(len(after), len(before))):
            old = before[y] if y < len(before) else blank
            new = after[y] if y < len(after) else blank
            span = changed_span(old, new)
            if span is not None:
                left, right = span
                changed.append(Region(left, y, right - left, 1))
        if changed:
            self.refresh(*changed)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the content wraps to."""
        return max(1, len(self._lines(width)))

    def render_line(self, y: int) -> Strip:
        """One line of the content."""
        width = self.content_size.width
        lines = self._lines(width)
        style = self.visual_style.rich_style
        line = lines[y] if y < len(lines) else Strip([])
        return line.adjust_cell_length(width, style)

    def _lines(self, width: int) -> list[Strip]:
        style = self.visual_style
        drawn = self._drawn
        # Contents compare by their text alone, so it is the object that counts.
        if drawn is None or drawn[0] is not self._content or drawn[1] != width or drawn[2] != style:
            self._strips = (
                Visual.to_strips(self, self._content, width, None, style, pad=True) if width else []
            )
            self._drawn = (self._content, width, style)
        return self._strips


class TiledPane(Horizontal):
    """A pane of lines as wide as itself, drawn by tiles that stand side by side.

    Textual writes a line of a widget from its left edge to the last cell that changed. Where
    lines change at their right ends, as in a chart that grows, tiles spare the rest.
    """

    TILE = 10
    """Cells of a tile."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = Content("")

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines from now on."""
        self.content = stacked(lines)
        width = self.content_size.width
        count = max(1, -(-width // self.TILE))
        tiles = list(self.query_children(LivePane))
        for tile in tiles[count:]:
            tile.remove()
        tiles = tiles[:count]
        if len(tiles) < count:
            new = [LivePane(classes="tile") for _ in range(count - len(tiles))]
            self.mount(*new)
            tiles += new
        for number, tile in enumerate(tiles):
            left = number * self.TILE
            right = min(left + self.TILE, width)
            if tile.styles.width is None or tile.styles.width.value != right - left:
                tile.styles.width = right - left
            tile.show(stacked([line[left:right] for line in lines]))


def changed_span(old: Strip, new: Strip) -> tuple[int, int] | None:
    """The columns, first and one behind the last, in which two lines differ."""
    before, after = _cells(old), _cells(new)
    if before == after:
        return None
    shorter = min(len(before), len(after))
    left = 0
    while left < shorter and before[left] == after[left]:
        left += 1
    longer = max(len(before), len(after))
    if len(before) != len(after):
        return left, longer
    right = longer
    while right > left and before[right - 1] == after[right - 1]:
        right -= 1
    return left, right


def _cells(strip: Strip) -> list[tuple[str, object]]:
    cells: list[tuple[str, object]] = []
    for text, style, _ in strip:
        look = style and (
            *(style.color, style.bgcolor, style.bold, style.dim, style.italic),
            *(style.underline, style.reverse, style.strike),
        )
        for character in text:
            # A wide character fills two cells.
            cells.extend([(character, look)] * max(1, cell_len(character)))
    return cells
