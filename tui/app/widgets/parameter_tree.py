"""The tree of blocks and parameters, drawn line by line: only what is visible costs anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.app.actions import bindings
from tui.app.glyphs import glyphs
from tui.app.session import Session
from tui.app.widgets.fold_rows import FoldRows
from tui.app.widgets.tree_cells import TreeCells
from tui.app.widgets.tree_columns import GUTTER, Columns, fit
from tui.model.tree import ModelTree


class ParameterTree(ScrollView, can_focus=True):
    """Shows a session. It decides nothing: the screen asks it where the cursor is, and tells it
    when there is something new to show."""

    BINDINGS = bindings("tree")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tree--cursor",
        "tree--block",
        "tree--figures",
        "tree--match",
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

    def __init__(self, session: Session, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._session = session
        self._folds = FoldRows(session.tree)
        self._matched: set[int] = set()
        self._cells = TreeCells(session, self._folds)
        self._styles: dict[tuple[str, ...], Style] = {}
        self._costs = False

    # What it shows

    def show(self) -> None:
        """Show the states as they are now."""
        self.refresh()

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
        self._matched = set(parameters or ())
        self._cells.matches = (
            None
            if parameters is None
            else self._tree.running_sum(
                [index in self._matched for index in range(len(self._tree.parameters))]
            )
        )
        self.refresh()

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
        """Put the cursor on a node, unfolding what is above it."""
        before = len(self.rows)
        self._folds.reveal([node])
        if len(self.rows) != before:
            self._rows_changed()
        self.cursor = node

    def go_to_match(self, step: int) -> None:
        """Put the cursor on the next marked parameter, or the one before, and round the end."""
        nodes = self._tree.nodes
        count = len(nodes)
        for distance in range(1, count + 1):
            node = (self.cursor + step * distance) % count
            if nodes[node].parameter in self._matched:
                self.go_to(node)
                return

    # Drawing

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def render_line(self, y: int) -> Strip:
        row = y + self.scroll_offset.y
        width = self._width
        if row >= len(self.rows):
            return Strip.blank(width, self.rich_style)
        return self._strip(self.rows[row], width)

    def _strip(self, node: int, width: int) -> Strip:
        here = self._tree.nodes[node]
        signs, cells = glyphs(), self._cells
        state = self._session.roll_up.state(node)
        matches = cells.matches_below(node)
        label, middle, state_text = cells.row(node, state, signs)
        cursor = ("tree--cursor",) if node == self.cursor else ()
        mark = (signs.holds_match if here.is_block else signs.match) if matches else " "
        gutter = (signs.cursor if cursor else " ") + mark
        marked = ("tree--match",) if matches else ()
        block = ("tree--block",) if here.is_block else ()
        segments = [
            Segment(gutter + label, self._style(*block, *marked, *cursor)),
            Segment(middle, self._style(*(cursor or ("tree--figures",)))),
            Segment(state_text, self._style(f"tree--{state.word}", *cursor)),
        ]
        return Strip(segments).adjust_cell_length(width, self._style(*cursor))

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

    # Moving

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

    def _rows_changed(self) -> None:
        if self.rows and self.rows[self.cursor_row] != self.cursor:
            self.cursor = self.rows[self.cursor_row]
        self.virtual_size = Size(self._width, len(self.rows))
        self._show_cursor()
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._rows_changed()

    def _fit(self) -> None:
        self._cells.columns = fit(self._width, costs=self._costs)
        self.post_message(self.Refitted(self._cells.columns))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        row = (offset.y if offset is not None else -1) + self.scroll_offset.y
        if offset is None or not 0 <= row < len(self.rows):
            return
        self.cursor = self.rows[row]
        if offset.x - GUTTER - self._cells.indent(self.cursor) in (0, 1):
            self.action_fold_or_unfold()

    def _move_to_row(self, row: int) -> None:
        if self.rows:
            self.cursor = self.rows[max(0, min(row, len(self.rows) - 1))]

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._move_to_row(self.cursor_row + rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self._move_to_row(self.cursor_row + pages * max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Go to the first row."""
        self._move_to_row(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self._move_to_row(len(self.rows) - 1)

    def action_parent(self) -> None:
        """Go to the block around."""
        self.cursor = max(0, self._tree.nodes[self.cursor].parent)

    # Folding

    def action_fold_or_unfold(self) -> None:
        """Fold or unfold the block under the cursor."""
        self._fold(self.cursor, not self._folds.is_unfolded(self.cursor))

    def action_out(self) -> None:
        """Fold the block, or go to the one around it."""
        if self._folds.is_unfolded(self.cursor):
            self._fold(self.cursor, False)
        else:
            self.action_parent()

    def action_into(self) -> None:
        """Unfold the block, or go to the first thing in it."""
        if not self._folds.can_fold(self.cursor):
            return
        if self._folds.is_unfolded(self.cursor):
            self.cursor += 1
        else:
            self._fold(self.cursor, True)

    def action_fold_below(self) -> None:
        """Fold the block and all in it."""
        self._folds.set_below(self.cursor, False)
        self._rows_changed()

    def action_unfold_below(self) -> None:
        """Unfold the block and all in it."""
        self._folds.set_below(self.cursor, True)
        self._rows_changed()

    def action_fold_all(self) -> None:
        """Fold every block."""
        self._folds.set_all(False)
        self._rows_changed()

    def action_unfold_all(self) -> None:
        """Unfold every block."""
        self._folds.set_all(True)
        self._rows_changed()

    def _fold(self, node: int, unfold: bool) -> None:
        if unfold:
            self._folds.unfold(node)
        else:
            self._folds.fold(node)
        self._rows_changed()
