"""The rows of the tree, drawn line by line: only what is visible costs anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.find_match import Found
from tui.app.session import Session
from tui.app.widgets.fold_rows import FoldRows
from tui.app.widgets.row_strip import row_strip
from tui.app.widgets.tree_cells import TreeCells
from tui.app.widgets.tree_columns import Columns, fit
from tui.model.tree import ModelTree


class TreeLines(ScrollView, can_focus=True):
    """Shows a session: its rows, their marks, and the cursor, which stays in sight. What keys do
    is not here."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tree--cursor",
        "tree--block",
        "tree--figures",
        "tree--match",
        "tree--found",
        "tree--trainable",
        "tree--frozen",
        "tree--auxiliary",
        "tree--partial",
    }

    cursor: reactive[int] = reactive(0, repaint=False)
    """The node under the cursor; it stays the same when rows come and go."""

    class Moved(Message):
        """The cursor is on another node."""

        def __init__(self, node: int) -> None:
            super().__init__()
            self.node = node

    class Refitted(Message):
        """The columns have changed with the width."""

        def __init__(self, columns: Columns) -> None:
            super().__init__()
            self.columns = columns

    class Filtered(Message):
        """Another filter is in use, or it shows something else than before."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._folds = FoldRows(session.tree)
        self._matched: bytes | None = None
        self._cells = TreeCells(session, self._folds)
        self._styles: dict[tuple[str, ...], Style] = {}
        self._costs = False
        self._multipliers = False
        # Of the rows of the last few pages, by node and whether the cursor is on it: to scroll
        # is mostly to draw the same rows again.
        self._strips: LRUCache[tuple[int, bool], Strip] = LRUCache(500)

    # What it shows

    def show(self) -> None:
        """Show the states as they are now."""
        if self._session.multipliers.any is not self._multipliers:
            self._fit()
        if self._session.shown.name == "all":
            self._draw_anew()
        else:
            self.show_filter()

    def show_filter(self) -> None:
        """Show what the session's filter lets through now."""
        passing = self._session.shown.passing(self._session.resolution.states)
        self._change_rows(lambda: self._folds.filter(passing))
        self.post_message(self.Filtered())

    @property
    def _tree(self) -> ModelTree:
        # The session has another one, of the same nodes, once shapes have become known.
        return self._session.tree

    @property
    def costs(self) -> bool:
        """Whether output shapes and multiply-adds have their column."""
        return self._costs

    @costs.setter
    def costs(self, shown: bool) -> None:
        self._costs = shown
        self._fit()

    def mark(self, parameters: Sequence[int] | None) -> None:
        """Mark parameters, by index, and the blocks that hold any; None takes all marks away."""
        self._matched = None
        if parameters is not None:
            marks = bytearray(len(self._tree.parameters))
            for index in parameters:
                marks[index] = 1
            self._matched = bytes(marks)
        self._cells.matches = self._matched and self._tree.places_of(self._matched)
        self._draw_anew()

    def show_found(self, found: Found | None) -> None:
        """Mark what was found, letter by letter, and go to the best of it; None takes the marks
        away."""
        self._cells.found = found
        if found is not None and found.best >= 0:
            self.go_to(found.best)
        self._draw_anew()

    @property
    def rows(self) -> Sequence[int]:
        """The nodes that are shown, folds taken into account."""
        return self._folds.rows

    @property
    def cursor_row(self) -> int:
        """The row of the cursor."""
        return self._folds.row_of(self.cursor)

    @property
    def place(self) -> tuple[bytes, int]:
        """Folds and cursor, to come back to."""
        return self._folds.unfolded, self.cursor

    @place.setter
    def place(self, place: tuple[bytes, int]) -> None:
        self._folds.unfolded, self.cursor = place
        self._rows_changed()

    def go_to(self, node: int) -> None:
        """Put the cursor on a node, unfolding what is above it, and showing all where a filter
        hides it."""
        if not self._folds.passes(node):
            self._session.shown.name = "all"
            self.show_filter()
        before = len(self.rows)
        self._folds.reveal([node])
        if len(self.rows) != before:
            self._rows_changed()
        self.cursor = node

    # Drawing

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def render_lines(self, crop: Region) -> list[Strip]:
        # A row fills the width and has no border: it needs nothing of what styles do to lines
        # but the filters (no colours), and a row drawn before is that very strip again.
        strips = [self.render_line(y) for y in crop.line_range]
        left, right = crop.column_span
        if (left, right) == (0, self.size.width):
            return strips
        return [strip.crop(left, right) for strip in strips]

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        node = self.rows[row] if row < len(self.rows) else -1
        key = node, node == self.cursor
        strip = self._strips.get(key)
        if strip is None:
            # Where the scrollbar is not needed its place is the row's.
            strip = Strip([]) if node < 0 else self._drawn(node)
            strip = strip.adjust_cell_length(self.size.width, self.rich_style)
            for line_filter in self.get_line_filters():
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            self._strips[key] = strip
        return strip

    def _drawn(self, node: int) -> Strip:
        state, is_cursor = self._session.roll_up.state(node), node == self.cursor
        strip = row_strip(self._cells, node, state, is_cursor, self._style)
        behind = self._style("tree--cursor") if is_cursor else self.rich_style
        return strip.adjust_cell_length(self._width, behind)

    def _draw_anew(self) -> None:
        self._strips.clear()
        self.refresh()

    def _style(self, *names: str) -> Style:
        style = self._styles.get(names)
        if style is None:
            style = self.rich_style
            for name in names:
                style += self.get_component_rich_style(name, partial=True)
            self._styles[names] = style
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    # The cursor, and the rows

    def validate_cursor(self, node: int) -> int:
        return max(0, min(node, len(self._tree.nodes) - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        if not self.is_mounted:
            return
        self.refresh_line(self._folds.row_of(before))
        self.refresh_line(self._folds.row_of(now))
        self._show_cursor()
        self.post_message(self.Moved(now))

    def _show_cursor(self) -> None:
        row, top, height = self.cursor_row, self.scroll_offset.y, self.size.height
        if row < top:
            self.scroll_to(y=row, animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)

    def _change_rows(self, change: Callable[[], None]) -> None:
        """Change what rows there are; the cursor stays at its height on the screen."""
        height = self.cursor_row - self.scroll_offset.y
        change()
        self._rows_changed()
        self.scroll_to(y=self.cursor_row - height, animate=False)
        self._show_cursor()

    def _rows_changed(self) -> None:
        if self.rows and self.rows[self.cursor_row] != self.cursor:
            self.cursor = self.rows[self.cursor_row]
        self.virtual_size = Size(self._width, len(self.rows))
        self._show_cursor()
        self._draw_anew()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._rows_changed()

    def _fit(self) -> None:
        self._multipliers = self._session.multipliers.any
        self._cells.columns = fit(
            self._width,
            costs=self._costs,
            statistics=bool(self._tree.norms),
            origins=self._session.origins.any,
            multipliers=self._multipliers,
        )
        self.post_message(self.Refitted(self._cells.columns))
        self._draw_anew()
