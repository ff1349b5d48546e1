"""Which nodes of a model tree are on the screen, in order, under a set of unfolded blocks and a
filter."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import count, islice
from operator import gt

from tui.model.tree import ModelTree

OPEN_ROWS = 40
"""A model opens unfolded by whole levels for as long as it stays within so many rows."""


class FoldRows:
    """The visible nodes as one flat, rising list: `rows[i]` is the node in row i.

    Nodes stand depth first, so that folding removes a slice and unfolding inserts one. Under a
    filter a parameter is shown where it passes, a block where anything below it does; the
    outermost block always is.
    """

    def __init__(self, tree: ModelTree) -> None:
        self._tree = tree
        self._ends = tree.nodes.ends
        self._open = bytearray(len(tree.nodes))
        self._passing: Sequence[int] | None = None
        self.rows: array[int] = array("i")
        self._unfold_levels()

    @property
    def unfolded(self) -> bytes:
        """The state of all folds, to go back to."""
        return bytes(self._open)

    @unfolded.setter
    def unfolded(self, folds: bytes) -> None:
        self._open = bytearray(folds)
        self._rebuild()

    def filter(self, passing: bytes | None) -> None:
        """Show only the parameters, by index, that are 1 in `passing`; all of them with None."""
        self._passing = None if passing is None else self._tree.places_of(passing)
        self._rebuild()

    def passes(self, node: int) -> bool:
        """Whether the filter lets a node through, folded away or not."""
        return node == 0 or self.passing_below(node) > 0

    def passing_below(self, node: int) -> int:
        """Places of parameters at and below a node that pass the filter."""
        sums = self._tree.places_below if self._passing is None else self._passing
        # What holds no parameter is shown where nothing is filtered.
        least = 1 if self._passing is None else 0
        return max(least, sums[self._ends[node]] - sums[node])

    def can_fold(self, node: int) -> bool:
        """Whether anything is below a node."""
        return self._ends[node] > node + 1

    def is_unfolded(self, node: int) -> bool:
        """Whether what is below a node is shown."""
        return bool(self._open[node])

    def row_of(self, node: int) -> int:
        """The row of a node. Of one that is folded away, the row of what hides it; of one that
        is filtered away, the row that took its place in the same block, or the one before."""
        row = max(0, bisect_right(self.rows, node) - 1)
        if self.passes(node) or row + 1 >= len(self.rows):
            return row
        # What is filtered away may be whole blocks: the outermost of them is what is replaced.
        above = self._tree.nodes.parents[node]
        while above > 0 and not self.passes(above):
            above = self._tree.nodes.parents[above]
        return row + 1 if self.rows[row + 1] < self._ends[above] else row

    def fold(self, node: int) -> None:
        """Hide what is below a node."""
        if self._open[node]:
            self._open[node] = 0
            row = self._row_of_shown(node)
            if row >= 0:
                del self.rows[row + 1 : bisect_right(self.rows, self._ends[node] - 1)]

    def unfold(self, node: int) -> None:
        """Show what is below a node, as far as it is unfolded itself."""
        if not self._open[node] and self.can_fold(node):
            self._open[node] = 1
            row = self._row_of_shown(node)
            if row >= 0:
                self.rows[row + 1 : row + 1] = self._shown(node + 1, self._ends[node])

    def set_below(self, node: int, unfolded: bool) -> None:
        """Fold or unfold a node and every block below it."""
        end = self._ends[node]
        self._open[node:end] = self._foldable[node:end] if unfolded else bytes(end - node)
        self._rebuild()

    def set_siblings(self, node: int, unfolded: bool) -> None:
        """Fold or unfold every block that stands beside a node, and the node itself."""
        parent = self._tree.nodes.parents[node]
        for beside in self._tree.children(parent) if parent >= 0 else (node,):
            self._open[beside] = unfolded and self.can_fold(beside)
        self._rebuild()

    def set_all(self, unfolded: bool) -> None:
        """Fold or unfold every block; the outermost one stays unfolded."""
        if self._open:
            self.set_below(0, unfolded)
            self.unfold(0)

    def set_depth(self, depth: int) -> None:
        """Show so many levels below the outermost block, and none below them."""
        depths = self._tree.nodes.depths
        for node in self._tree.block_nodes:
            self._open[node] = depths[node] < depth and self.can_fold(node)
        self._rebuild()

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

    @cached_property
    def _foldable(self) -> bytes:
        return bytes(map(gt, self._ends, count(1)))

    def _row_of_shown(self, node: int) -> int:
        row = bisect_right(self.rows, node) - 1
        return row if row >= 0 and self.rows[row] == node else -1

    def _rebuild(self) -> None:
        self.rows = self._shown(0, len(self._ends))

    def _shown(self, start: int, end: int) -> array[int]:
        rows: array[int] = array("i")
        ends, unfolded, passing = self._ends, self._open, self._passing
        node = start
        while node < end:
            below = ends[node]
            if passing is None or node == 0 or passing[below] > passing[node]:
                rows.append(node)
                node = node + 1 if unfolded[node] else below
            else:
                node = below
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
                if self.can_fold(child)
            ]
            room = max(0, OPEN_ROWS - len(self.rows))
            below = (child for node in level for child in self._tree.children(node))
            more = len(list(islice(below, room + 1)))
            if not 0 < more <= room:
                return
            for node in level:
                self._open[node] = 1
            self._rebuild()
