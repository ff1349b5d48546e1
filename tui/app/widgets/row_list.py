"""A list of rows with a cursor, drawn line by line: only cells that changed are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.panes.live import changed_span

Row = TypeVar("Row")


class RowList(ScrollView, Generic[Row], can_focus=False):
    """Shows rows and a cursor. It never has the focus: its screen has the keys. A subclass says
    what a row looks like, and which columns a width has room for."""

    class Moved(Message):
        """The cursor is on another row; None where there is no row."""

        def __init__(self, row: Any) -> None:
            super().__init__()
            self.row = row

    class Refitted(Message):
        """The columns have changed: these are their headings."""

        def __init__(self, heads: str) -> None:
            super().__init__()
            self.heads = heads

    class Clicked(Message):
        """The row that has the cursor already was clicked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._cursor = 0
        self._styles: dict[str, Style] = {}
        self._instead: Sequence[str] = ()

    # What a subclass says

    def same(self, row: Row, other: Row) -> bool:
        """Whether two rows are of the same thing, which may have changed."""
        raise NotImplementedError

    def segments(self, row: Row, is_cursor: bool) -> list[Segment]:
        """A row as it is drawn."""
        raise NotImplementedError

    def refit(self, width: int) -> None:
        """Choose the columns for a width in cells."""
        raise NotImplementedError

    def heads(self) -> str:
        """The headings of the columns."""
        raise NotImplementedError

    # Rows

    @property
    def rows(self) -> Sequence[Row]:
        """What is shown."""
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, rows: Sequence[Row], current: Row | None = None) -> None:
        """Show other rows, with the cursor on `current`; where that is gone it stays in its place,
        and without one it goes to the first."""
        self._show(rows, current, self._strips())

    def _show(self, rows: Sequence[Row], current: Row | None, before: Sequence[Strip]) -> None:
        self._rows = rows
        place = 0 if current is None else min(self._cursor, max(0, len(rows) - 1))
        same = (i for i, row in enumerate(rows) if current and self.same(row, current))
        self._cursor = next(same, place)
        self.virtual_size = Size(self._width, len(rows))
        self._reveal()
        self._refresh_changed(before)
        self.post_message(self.Moved(self.current))

    def say_instead(self, lines: Sequence[str]) -> None:
        """What stands where there is no row."""
        before, self._instead = self._strips(), lines
        self._refresh_changed(before)

    def _strips(self) -> list[Strip]:
        return [self.render_line(y) for y in range(self.size.height)]

    def _refresh_changed(self, before: Sequence[Strip]) -> None:
        for y, (old, new) in enumerate(zip(before, self._strips(), strict=True)):
            span = changed_span(old, new)
            if span is not None:
                self.refresh(Region(span[0], y, span[1] - span[0], 1))

    # Drawing

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self._width
        if not self._rows and index < len(self._instead):
            line = Segment(f"  {self._instead[index]}", self.rich_style)
            return Strip([line]).adjust_cell_length(width, self.rich_style)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        segments = self.segments(self._rows[index], index == self._cursor)
        end = segments[-1].style if index == self._cursor else self.rich_style
        return Strip(segments).adjust_cell_length(width, end)

    def style_of(self, name: str) -> Style:
        """The style of a component class."""
        if name not in self._styles:
            own = self.get_component_rich_style(name, partial=True)
            self._styles[name] = self.rich_style + own
        return self._styles[name]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    # Moving

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or on the nearest that there is."""
        index = max(0, min(index, len(self._rows) - 1))
        if not self._rows or index == self._cursor:
            return
        before, self._cursor = self._cursor, index
        self.refresh_line(before)
        self.refresh_line(index)
        self._reveal()
        self.post_message(self.Moved(self.current))

    def move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self._cursor + rows)

    @property
    def page(self) -> int:
        """Rows of a page, but for one that stays in sight."""
        return max(1, self.size.height - 1)

    def _reveal(self) -> None:
        top, height = self.scroll_offset.y, max(1, self.size.height)
        wanted = min(max(top, self._cursor - height + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    def on_resize(self, event: events.Resize) -> None:
        self.refit(self._width)
        self.virtual_size = Size(self._width, len(self._rows))
        self._reveal()
        self.refresh()
        self.post_message(self.Refitted(self.heads()))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = -1 if offset is None else offset.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        if index == self._cursor:
            self.post_message(self.Clicked())
        else:
            self.move_to(index)
