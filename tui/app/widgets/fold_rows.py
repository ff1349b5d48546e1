"""Which nodes of a model tree are on the screen, in order, under a set of unfolded blocks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from tui.model.tree import ModelTree

OPEN_ROWS = 40
"""A model opens unfolded by whole levels for as long as it stays within so many rows."""


class FoldRows:
    """The visible nodes as one flat, rising list: `rows[i]` is the node in row i.

    Nodes stand depth first, so that folding removes a slice and unfolding inserts one.
    """

    def __init__(self, tree: ModelTree) -> None:
        self._tree = tree
        self._ends = [node.end for node in tree.nodes]
        self._foldable = [node.end > index + 1 for index, node in enumerate(tree.nodes)]
        self._open = bytearray(len(tree.nodes))
        self.rows: list[int] = []
        self._unfold_levels()

    @property
    def unfolded(self) -> bytes:
        """The state of all folds, to go back to."""
        return bytes(self._open)

    @unfolded.setter
    def unfolded(self, folds: bytes) -> None:
        self._open = bytearray(folds)
        self._rebuild()

    def can_fold(self, node: int) -> bool:
        """Whether anything is below a node."""
        return self._foldable[node]

    def is_unfolded(self, node: int) -> bool:
        """Whether what is below a node is shown."""
        return bool(self._open[node])

    def row_of(self, node: int) -> int:
        """The row of a node, or of the nearest node above it that is shown."""
        return max(0, bisect_right(self.rows, node) - 1)

    def fold(self, node: int) -> None:
        """Hide what is below a node."""
        if self._open[node]:
            self._open[node] = 0
            row = self.row_of(node)
            if self.rows[row] == node:
                self.rows[row + 1 : bisect_right(self.rows, self._ends[node] - 1)] = []

    def unfold(self, node: int) -> None:
        """Show what is below a node, as far as it is unfolded itself."""
        if not self._open[node] and self.can_fold(node):
            self._open[node] = 1
            row = self.row_of(node)
            if self.rows[row] == node:
                self.rows[row + 1 : row + 1] = self._shown(node + 1, self._ends[node])

    def set_below(self, node: int, unfolded: bool) -> None:
        """Fold or unfold a node and every block below it."""
        end = self._ends[node]
        if unfolded:
            self._open[node:end] = bytes(self._foldable[node:end])
        else:
            self._open[node:end] = bytes(end - node)
        self._rebuild()

    def set_all(self, unfolded: bool) -> None:
        """Fold or unfold every block; the outermost one stays unfolded."""
        if self._open:
            self.set_below(0, unfolded)
            self.unfold(0)

    def reveal(self, nodes: Iterable[int]) -> None:
        """Unfold what is above these nodes, so that they are shown."""
        changed = False
        for node in nodes:
            for above in self._tree.ancestors(node):
                # What is above an unfolded block need not be unfolded, so go all the way up.
                if not self._open[above]:
                    self._open[above] = 1
                    changed = True
        if changed:
            self._rebuild()

    def _rebuild(self) -> None:
        self.rows = self._shown(0, len(self._ends))

    def _shown(self, start: int, end: int) -> list[int]:
        rows: list[int] = []
        ends, unfolded = self._ends, self._open
        node = start
        while node < end:
            rows.append(node)
            node = node + 1 if unfolded[node] else ends[node]
        return rows

    def _unfold_levels(self) -> None:
        if not self._ends:
            return
        self._open[0] = 1
        self._rebuild()
        level = [0]
        while level:
            level = [
                child
                for node in level
                for child in self._tree.children(node)
                if self._foldable[child]
            ]
            more = sum(1 for node in level for _ in self._tree.children(node))
            if not more or len(self.rows) + more > OPEN_ROWS:
                return
            for node in level:
                self._open[node] = 1
            self._rebuild()
