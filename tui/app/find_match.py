"""Where a few letters are found in a model's names, worked out between keystrokes: in slices, so
that typing never waits."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

from tui.model.fuzzy import WHOLE, FuzzyQuery
from tui.model.tree import ModelTree

SLICE = 200
"""Nodes looked at in one turn of the event loop: at most a millisecond. A key takes ten turns
from the terminal to the frame that shows it."""

_AS_GOOD = 12
"""Names whose letters stand apart count while they are hardly worse than the best."""


@dataclass(frozen=True)
class Found:
    """Where it was found: `nodes` in the tree's order, `best` is one of them, -1 for none."""

    query: FuzzyQuery
    nodes: Sequence[int] = ()
    best: int = -1

    def parameters(self, tree: ModelTree) -> list[int]:
        """The parameters at and below what was found, by index, each once."""
        # A block's parameter is -1, which marks what is cut off at the end.
        marked = bytearray(len(tree.parameters) + 1)
        end = 0
        for node in self.nodes:
            if node >= end:
                end = tree.nodes.ends[node]
                for parameter in tree.nodes.parameters[node:end]:
                    marked[parameter] = 1
        return list(compress(range(len(tree.parameters)), marked))


async def find_names(typed: str, tree: ModelTree, passing: Sequence[int] | None = None) -> Found:
    """Find what was typed in structure names and prefixed names.

    A block is found by its own part of its path, not by those around it, and what is below it
    not again for its sake. Where any name holds it in one piece, only such names count. What a
    filter hides is not found: `passing` is the running sum over nodes of what it shows.
    """
    search = _Search(FuzzyQuery(typed), tree, passing)
    if search.query.text:
        for start in range(0, len(tree.nodes), SLICE):
            search.look(start, min(start + SLICE, len(tree.nodes)))
            await asyncio.sleep(0)
    return search.found()


@dataclass
class _Search:
    query: FuzzyQuery
    tree: ModelTree
    passing: Sequence[int] | None = None
    nodes: array[int] = field(default_factory=lambda: array("i"))
    scores: array[int] = field(default_factory=lambda: array("i"))
    whole: bool = False

    def look(self, start: int, end: int) -> None:
        """Look at a slice of the nodes."""
        query, nodes, parameters = self.query, self.tree.nodes, self.tree.parameters
        passing, ends = self.passing, nodes.ends
        for node in range(start, end):
            if passing is not None and passing[ends[node]] == passing[node]:
                continue
            path, parameter = nodes.paths[node], nodes.parameters[node]
            name = parameters[parameter].name if parameter >= 0 else ""
            if query.is_in(path):
                self._keep(node, query.score(path, nodes.label_start(node)))
            elif query.is_in(name):
                self._keep(node, query.score(name) - 1)
            elif not self.whole and query.is_in_order(path):
                self._keep(node, query.score(path, nodes.label_start(node)))
            elif not self.whole and query.is_in_order(name):
                self._keep(node, query.score(name) - 1)

    def _keep(self, node: int, score: int) -> None:
        if score <= 0 or (self.whole and score < WHOLE):
            return
        if score >= WHOLE and not self.whole:
            self.whole = True
            del self.nodes[:], self.scores[:]
        self.nodes.append(node)
        self.scores.append(score)

    def found(self) -> Found:
        """What has been found so far."""
        if not self.scores:
            return Found(self.query)
        highest = max(self.scores)
        least = WHOLE if self.whole else highest - _AS_GOOD
        good = (score >= least for score in self.scores)
        best = self.nodes[self.scores.index(highest)]
        return Found(self.query, array("i", compress(self.nodes, good)), best)
