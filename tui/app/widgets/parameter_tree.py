"""The tree of blocks and parameters: what keys and mouse do in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from textual import events
from textual.message import Message

from tui.app.actions import bindings, key_of
from tui.app.widgets.tree_columns import GUTTER
from tui.app.widgets.tree_lines import TreeLines


class ParameterTree(TreeLines):
    """The tree of a session. It decides nothing: the screen asks it where the cursor is, and tells
    it when there is something new to show."""

    BINDINGS = bindings("tree")

    class Told(Message):
        """There is something to say of what a key did."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    # Finding

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
                    f"what was found is not among what is shown; {key_of('tree.clear')} shows all"
                    if hidden
                    else f"nothing was found yet: {key_of('model.find')} finds by a few letters "
                    "of a name"
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

    # Moving

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
