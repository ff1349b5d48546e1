"""The multipliers of learning rate and weight decay below any node. A plan has few values, so
each answer takes as long as there are values, however large the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from tui.model.resolution import Resolution
from tui.model.states import State
from tui.model.tree import ModelTree

_Sums = dict[float, Sequence[int]]


class MultiplierRollUp:
    """What the multipliers of all nodes have in common, of those that can train."""

    def __init__(self, tree: ModelTree, resolution: Resolution) -> None:
        self._tree = tree
        self._resolution = resolution

    @property
    def any(self) -> bool:
        """Whether the plan decides any multiplier."""
        return bool(self._resolution.lr_mults or self._resolution.wd_mults)

    def rate(self, node: int) -> str:
        """What multiplies the learning rate at and below a node: `0.1`, `mixed`; empty for 1."""
        return self._word(node, self._rates)

    def decay(self, node: int) -> str:
        """What multiplies the weight decay."""
        return self._word(node, self._decays)

    def _word(self, node: int, sums: _Sums) -> str:
        if not sums:
            return ""
        end = self._tree.nodes.ends[node]
        count = self._could_train[end] - self._could_train[node]
        here = {value: below[end] - below[node] for value, below in sums.items()}
        values = [value for value, places in here.items() if places]
        if not values or not count:
            return ""
        return f"{values[0]:.2g}" if here[values[0]] == count else "mixed"

    @cached_property
    def _could_train(self) -> Sequence[int]:
        states = self._tree.built_states
        return self._tree.running_sum(bytes(state is not State.AUXILIARY for state in states))

    @cached_property
    def _rates(self) -> _Sums:
        return self._sums(self._resolution.lr_mults)

    @cached_property
    def _decays(self) -> _Sums:
        return self._sums(self._resolution.wd_mults)

    def _sums(self, decided: Mapping[int, float]) -> _Sums:
        masks: dict[float, bytearray] = {}
        states = self._tree.built_states
        for index, value in decided.items():
            if value != 1 and states[index] is not State.AUXILIARY:
                masks.setdefault(value, bytearray(len(states)))[index] = 1
        return {value: self._tree.running_sum(bytes(mask)) for value, mask in masks.items()}
