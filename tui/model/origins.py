"""Which values came from a file of weights and which are new, below any node, in constant time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from tui.model.tree import ModelTree

Origin = Literal["", "file", "new", "both"]


class Origins:
    """Where the values of a model's parameters come from."""

    def __init__(self, tree: ModelTree) -> None:
        self._tree = tree

    @cached_property
    def any(self) -> bool:
        """Whether anything came from a file: in a model that is all new nothing need be said."""
        return any(parameter.pretrained for parameter in self._tree.parameters)

    def word(self, node: int) -> Origin:
        """Where the values at and below a node come from; empty where nothing came from a file
        at all, and where there are none."""
        end = self._tree.nodes.ends[node]
        count = self._tree.places_below[end] - self._tree.places_below[node]
        if not self.any or not count:
            return ""
        came = self._from_file[end] - self._from_file[node]
        if 0 < came < count:
            return "both"
        return "file" if came else "new"

    @cached_property
    def _from_file(self) -> Sequence[int]:
        return self._tree.running_sum(bytes(p.pretrained for p in self._tree.parameters))
