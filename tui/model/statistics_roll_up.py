"""Whether the running means and variances below any node move, each answer in constant time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Literal

from tui.model.states import Statistic
from tui.model.tree import ModelTree

StatisticsWord = Literal["", "fixed", "moving", "mixed"]


class StatisticsRollUp:
    """What the statistics of all nodes have in common. `statistics` goes by parameter index."""

    def __init__(self, tree: ModelTree, statistics: Mapping[int, Statistic]) -> None:
        self._tree = tree
        self._statistics = statistics

    def word(self, node: int) -> StatisticsWord:
        """What becomes of the statistics at and below a node; empty where there are none."""
        if not self._statistics:
            return ""
        end = self._tree.nodes.ends[node]
        count = self._all[end] - self._all[node]
        fixed = self._fixed[end] - self._fixed[node]
        if not count:
            return ""
        if 0 < fixed < count:
            return "mixed"
        return "fixed" if fixed else "moving"

    @property
    def layers(self) -> tuple[int, int]:
        """How many norm layers have fixed statistics, and how many have moving ones."""
        norms = self._tree.norms
        fixed = sum(self._statistics[norm.statistics[0]] is Statistic.FIXED for norm in norms)
        return fixed, len(norms) - fixed

    @cached_property
    def _all(self) -> Sequence[int]:
        return self._running_sum(self._statistics)

    @cached_property
    def _fixed(self) -> Sequence[int]:
        fixed = (i for i, one in self._statistics.items() if one is Statistic.FIXED)
        return self._running_sum(dict.fromkeys(fixed, 1))

    def _running_sum(self, parameters: Mapping[int, object]) -> Sequence[int]:
        mask = bytearray(len(self._tree.parameters))
        for index in parameters:
            mask[index] = 1
        return self._tree.running_sum(bytes(mask))
