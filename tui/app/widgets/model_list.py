"""The list of models, drawn line by line: a key sends the lines that changed, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.glyphs import glyphs
from tui.app.model_rows import ModelRow
from tui.app.widgets.model_columns import ModelColumns, fit


class ModelList(ScrollView, can_focus=False):
    """Shows rows and a cursor. It never has the focus: what is typed goes to the filter."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "models--cursor",
        "models--figures",
        "models--recent",
        "models--on-disk",
        "models--missing",
    }

    class Moved(Message):
        """The cursor is on another row; None where there is no row."""

        def __init__(self, row: ModelRow | None) -> None:
            super().__init__()
            self.row = row

    class Refitted(Message):
        """The columns have changed with the width."""

        def __init__(self, columns: ModelColumns) -> None:
            super().__init__()
            self.columns = columns

    class Clicked(Message):
        """The row that has the cursor already was clicked."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[ModelRow] = ()
        self._cursor = 0
        self._columns = fit(80)
        self._styles: dict[str, Style] = {}

    @property
    def rows(self) -> Sequence[ModelRow]:
        """What is shown."""
        return self._rows

    @property
    def current(self) -> ModelRow | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    def show(self, rows: Sequence[ModelRow], current: ModelRow | None = None) -> None:
        """Show other rows, with the cursor on `current` if it is among them, else on the first."""
        before = self._visible()
        self._rows = rows
        # What is known of a model may have changed; it is the same model all the same.
        same = (i for i, row in enumerate(rows) if current and row.opens == current.opens)
        self._cursor = next(same, 0)
        self.virtual_size = Size(self._width, len(rows))
        self._reveal()
        for y, (old, new) in enumerate(zip(before, self._visible(), strict=True)):
            if old != new:
                self.refresh_line(y + self.scroll_offset.y)
        self.post_message(self.Moved(self.current))

    def _visible(self) -> list[tuple[ModelRow | None, bool]]:
        top = self.scroll_offset.y
        rows = range(top, top + self.size.height)
        return [
            (self._rows[y], y == self._cursor) if y < len(self._rows) else (None, False)
            for y in rows
        ]

    # Drawing

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        index, width = y + self.scroll_offset.y, self._width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row, signs = self._rows[index], glyphs()
        name, between, weights = self._columns.cells(row, signs)
        if index == self._cursor:
            line = f"{signs.cursor} {name}{between}{weights}"
            segments = [Segment(line, self._style("models--cursor"))]
            end = self._style("models--cursor")
        else:
            segments = [
                Segment(f"  {name}", self.rich_style),
                Segment(between, self._style("models--figures")),
                Segment(weights, self._style(_weights_style(row))),
            ]
            end = self.rich_style
        return Strip(segments).adjust_cell_length(width, end)

    def _style(self, name: str) -> Style:
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
        self._columns = fit(self._width)
        self.virtual_size = Size(self._width, len(self._rows))
        self._reveal()
        self.refresh()
        self.post_message(self.Refitted(self._columns))

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        index = -1 if offset is None else offset.y + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return
        if index == self._cursor:
            self.post_message(self.Clicked())
        else:
            self.move_to(index)


def _weights_style(row: ModelRow) -> str:
    if row.recent is not None:
        return "models--recent"
    return "models--on-disk" if row.on_disk else "models--missing"
