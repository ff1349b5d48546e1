"""Which parameters the tree shows: those of one state, those that were last found, or all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.figures import counted
from tui.model.states import State
from tui.model.tree import mask_of

FilterName = Literal["all", "trainable", "frozen", "auxiliary", "matching"]

_STATES: dict[FilterName, State] = {
    "trainable": State.TRAINABLE,
    "frozen": State.FROZEN,
    "auxiliary": State.AUXILIARY,
}

ROUND: tuple[FilterName, ...] = ("all", "matching", *_STATES)
"""The order in which one follows another: first what was just looked for."""


@dataclass
class RowFilter:
    """The filter in use. `matching` are the parameters, by index, that the last find or regex
    matched, `by` is what was typed."""

    name: FilterName = "all"
    matching: Sequence[int] = ()
    by: str = ""

    def passing(self, states: Sequence[State]) -> bytes | None:
        """By parameter: 1 where it is shown; None where all are."""
        return None if self.name == "all" else self._mask(self.name, states)

    def turn(self, states: Sequence[State]) -> None:
        """Go on to the next filter that would show anything."""
        at = ROUND.index(self.name)
        for name in (*ROUND[at + 1 :], *ROUND[:at]):
            if name == "all" or any(self._mask(name, states)):
                self.name = name
                return

    def told(self, states: Sequence[State]) -> str:
        """What is shown, in words: `3 of 205 parameters shown: frozen`; empty where all is."""
        passing = self.passing(states)
        if passing is None:
            return ""
        what = f"matching {self.by}" if self.name == "matching" else self.name
        return f"{sum(passing):,} of {counted(len(states), 'parameter')} shown: {what}"

    def _mask(self, name: FilterName, states: Sequence[State]) -> bytes:
        if name != "matching":
            return mask_of(_STATES[name], states)
        mask = bytearray(len(states))
        for index in self.matching:
            mask[index] = 1
        return bytes(mask)
