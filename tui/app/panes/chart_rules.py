"""Lines across a chart at steps where something happened: epochs, changes, what was no number, the
cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.app.panes.axis import Axis
from tui.app.run_state import RunState

EPOCH_CELLS = 6
"""Cells that lines between epochs are apart, at the least."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How one kind of rule is drawn, on the axis and in the room above it; `ascii` where there is
    nothing but that, or where a font may lack them. What is empty is not drawn."""

    name: str
    on_axis: str
    above: str
    ascii: tuple[str, str]
    style: str

    def drawn(self, dots: str) -> tuple[str, str]:
        """The sign on the axis, and that above it, where curves are drawn in `dots`."""
        return (self.on_axis, self.above) if dots == "braille" else self.ascii


EPOCH = Sign("epoch", "", "┊", ("", ":"), "$foreground-muted")
RATE = Sign("rate", "◆", "╎", ("%", "!"), "$text-accent")
PLAN = Sign("plan", "▲", "╎", ("^", "!"), "$text-success")
NOT_FINITE = Sign("no number", "×", "", ("x", ""), "bold $text-error")
CURSOR = Sign("cursor", "╋", "│", ("#", "|"), "bold $text-accent")


@dataclass(frozen=True, slots=True)
class Rule:
    """A sign at a step."""

    step: float
    sign: Sign


def rules_of(
    state: RunState,
    not_finite: Sequence[tuple[int, int]],
    axis: Axis,
    columns: int,
    cursor: int | None,
) -> list[Rule]:
    """All rules on an axis that is so many columns long; where two meet, the later one counts."""
    rules = [Rule(step, EPOCH) for step in epoch_ends(state, axis, columns)]
    for kind, sign in (("rate", RATE), ("plan", PLAN)):
        rules += [Rule(mark.step, sign) for mark in state.marks if mark.kind == kind]
    for first, last in not_finite:
        # One sign a column is enough, however long it lasted.
        from_column, to_column = axis.column(first, columns), axis.column(last, columns)
        for column in range(max(0, from_column), min(columns - 1, to_column) + 1):
            rules.append(Rule(axis.value(column, columns), NOT_FINITE))
    if cursor is not None:
        rules.append(Rule(cursor, CURSOR))
    return [rule for rule in rules if axis.low <= rule.step <= axis.high]


def epoch_ends(state: RunState, axis: Axis, columns: int) -> list[int]:
    """The last steps of epochs, or of every second, fifth, tenth … where they would be too
    close."""
    each = state.prepared.steps_per_epoch if state.prepared is not None else 0
    if each <= 0:
        return []
    apart = each / (axis.high - axis.low) * columns
    power = 1
    while True:
        for factor in (1, 2, 5):
            gap = each * factor * power
            if apart * factor * power >= EPOCH_CELLS:
                first = int(axis.low // gap + 1) * gap
                return list(range(first, int(axis.high), gap))
        power *= 10
