"""The tree of blocks and parameters, drawn line by line: only what is visible costs anything."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
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

from tui.app.actions import bindings
from tui.app.find_match import Found
from tui.app.session import Session
from tui.app.widgets.fold_rows import FoldRows
from tui.app.widgets.row_strip import row_strip
from tui.app.widgets.tree_cells import TreeCells
from tui.app.widgets.tree_columns import GUTTER, Columns, fit
from tui.model.tree import ModelTree


class ParameterTree(ScrollView, can_focus=True):
    """Shows a session. It decides nothing: the screen asks it where the cursor is, and tells it
    when there is something new to show."""

    BINDINGS = bindings("tree")
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

    class Told(Message):
        """There is something to say of what a key did."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

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

    def go_to_match(self, step: int) -> None:
        """Put the cursor on the next marked parameter, or the one before, and round the end."""
        marks = self._matched
        if marks is not None:
            # A block's parameter is -1, the 0 at the end.
            marks += b"\0"
            parameters = self._tree.nodes.parameters
            self._go_round(step, lambda node: marks[parameters[node]])

    def _go_round(self, step: int, wanted: Callable[[int], object]) -> None:
        count = len(self._tree.nodes)
        for distance in range(1, count + 1):
            node = (self.cursor + step * distance) % count
            if wanted(node) and self._folds.passes(node):
                self.go_to(node)
                return

    def action_go_to_found(self, step: int) -> None:
        """Go to the next place of what was found, or the one before, and round the end."""
        found = self._cells.found
        places = [node for node in found.nodes if self._folds.passes(node)] if found else []
        if not places:
            hidden = found is not None and found.nodes
            self.post_message(
                self.Told(
                    "what was found is not among what is shown; esc shows all"
                    if hidden
                    else "nothing was found yet: f finds by a few letters of a name"
                )
            )
            return
        at = bisect_right(places, self.cursor) if step > 0 else bisect_left(places, self.cursor) - 1
        at %= len(places)
        self.go_to(places[at])
        self.post_message(self.Told(f"{at + 1:,} of {len(places):,} found"))

    # Filtering

    def action_turn_filter(self) -> None:
        """Go on to the next filter that shows anything."""
        shown = self._session.shown
        before = shown.name
        shown.turn(self._session.resolution.states)
        if shown.name == before:
            self.post_message(self.Told("there is nothing to filter"))
        self.show_filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Where there is nothing to take away the key is for the screen.
        if action == "clear":
            return self._session.shown.name != "all" or self._cells.found is not None
        return super().check_action(action, parameters)

    def action_clear(self) -> None:
        """Show all; where all is shown, take the marks of a find away."""
        if self._session.shown.name != "all":
            self._session.shown.name = "all"
            self.show_filter()
        else:
            self.show_found(None)

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
        self.cursor = max(0, self._tree.nodes.parents[self.cursor])

    def action_sibling(self, step: int) -> None:
        """Go to the next block beside this one, or to the one before."""
        nodes, here = self._tree.nodes, self.cursor
        beside = [
            child
            for child in (self._tree.children(nodes.parents[here]) if here else ())
            if nodes.blocks[child] >= 0 and self._folds.passes(child)
        ]
        ahead = [child for child in beside if (child - here) * step > 0]
        if ahead:
            self.cursor = ahead[0] if step > 0 else ahead[-1]

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
            below = self.cursor_row + 1
            if below < len(self.rows) and self.rows[below] < self._tree.nodes.ends[self.cursor]:
                self.cursor = self.rows[below]
        else:
            self._fold(self.cursor, True)

    def action_fold_below(self) -> None:
        """Fold the block and all in it."""
        self._change_rows(lambda: self._folds.set_below(self.cursor, False))

    def action_unfold_below(self) -> None:
        """Unfold the block and all in it."""
        self._change_rows(lambda: self._folds.set_below(self.cursor, True))

    def action_fold_siblings(self) -> None:
        """Fold all blocks beside this one, and it."""
        self._change_rows(lambda: self._folds.set_siblings(self.cursor, False))

    def action_unfold_siblings(self) -> None:
        """Unfold all blocks beside this one, and it."""
        self._change_rows(lambda: self._folds.set_siblings(self.cursor, True))

    def action_unfold_to(self, depth: int) -> None:
        """Show so many levels, and fold all below them."""
        self._change_rows(lambda: self._folds.set_depth(depth))

    def action_fold_all(self) -> None:
        """Fold every block."""
        self._change_rows(lambda: self._folds.set_all(False))

    def action_unfold_all(self) -> None:
        """Unfold every block."""
        self._change_rows(lambda: self._folds.set_all(True))

    def _fold(self, node: int, unfold: bool) -> None:
        if unfold:
            self._folds.unfold(node)
        else:
            self._folds.fold(node)
        self._rows_changed()
