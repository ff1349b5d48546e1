"""Which curves a run has, and the letter and style of each: the same in chart and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.app.run_state import RunState
from tui.app.step_curves import SUM
from tui.runs.series import Series

STYLES = ("$text-primary", "$text-warning", "$text-success", "$text-error", "$text-accent")


@dataclass(frozen=True, slots=True)
class Mark:
    """How one curve is told from the others, with colour and without."""

    letter: str
    style: str


def shown_losses(state: RunState) -> list[tuple[str, Series]]:
    """The losses to show, the sum first. A loss of one part is the sum by another name."""
    named = list(state.losses.items())
    if len(named) == 2:
        return [(named[1][0], state.losses[SUM])]
    return named


def marks(names: Sequence[str]) -> list[Mark]:
    """A letter of its own for each name, from the name where possible."""
    taken: set[str] = set()
    found: list[Mark] = []
    for index, name in enumerate(names):
        spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        wanted = [c for c in name.upper() + spare if c.isascii() and c.isalnum()]
        letter = next((c for c in wanted if c not in taken), "?")
        taken.add(letter)
        found.append(Mark(letter, STYLES[index % len(STYLES)]))
    return found
