"""The columns of the parameter tree for a width: which there are, and how wide."""

from __future__ import annotations

from dataclasses import dataclass

GUTTER = 2
GAP = 2
SHAPE, DTYPE, VALUES, SHARE, BYTES, COST = 13, 8, 7, 6, 8, 8
STATE, STATE_NARROW = 18, 12
LABEL_LEAST, NAME_LEAST, NAME_MOST = 30, 13, 48
WIDE = 119
"""Cells of the tree where the screen has 120."""
LABEL_LEAST_WITH_COSTS = 22
STATISTICS, ORIGIN, MULTIPLIER = 6, 4, 13


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column, without the gaps between them; 0 for one that is left out.

    They stand in this order, behind a gutter for the cursor and the mark of a match.
    """

    label: int
    name: int
    shape: int
    dtype: int
    values: int
    share: int
    nbytes: int
    state: int
    cost: int = 0
    statistics: int = 0
    origin: int = 0
    multiplier: int = 0

    def line(
        self,
        label: str,
        name: str,
        shape: str,
        dtype: str,
        values: str,
        share: str,
        nbytes: str,
        state: str,
        cost: str = "",
        statistics: str = "",
        origin: str = "",
        multiplier: str = "",
    ) -> tuple[str, str, str]:
        """The cells of a row, padded: its label, what is between, its state. The texts fit."""
        middle = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in (
                (name, self.name, False),
                (shape, self.shape, False),
                (dtype, self.dtype, False),
                (values, self.values, True),
                (share, self.share, True),
                (nbytes, self.nbytes, True),
                (origin, self.origin, False),
                (multiplier, self.multiplier, False),
                (statistics, self.statistics, False),
                (cost, self.cost, True),
            )
            if width
        ]
        gap = " " * GAP
        return label.ljust(self.label), gap + gap.join(middle) + gap, state.ljust(self.state)

    def heads(self) -> str:
        """The headings."""
        shape = "shape, output" if self.cost else "shape"
        label, middle, state = self.line(
            *("block or parameter", "name, class", shape, "dtype"),
            *("values", "share", "bytes", "state"),
            cost="mult-add",
            statistics="stats",
            origin="from",
            multiplier="mult",
        )
        return " " * GUTTER + label[: self.label] + middle + state[: self.state].rstrip()


def fit(
    width: int,
    *,
    costs: bool = False,
    statistics: bool = False,
    origins: bool = False,
    multipliers: bool = False,
) -> Columns:
    """The columns for a width in cells. The others are for what there is: multiply-adds that were
    counted, norm layers, values that came from a file, rules with multipliers.

    What is beside the label comes in the order in which it is missed. The label never has fewer
    than 30 from 60 on up; with costs, which push the type out and the state together, never
    fewer than 22.
    """
    full = False
    cost = COST if costs else 0
    own = statistics and width >= WIDE
    least = LABEL_LEAST_WITH_COSTS if costs else LABEL_LEAST
    left = width - GUTTER - VALUES - GAP - STATE_NARROW - GAP - (cost + GAP if cost else 0)

    def room(cells: int) -> int:
        nonlocal left, full
        full = full or left - cells < least
        left -= 0 if full else cells
        return 0 if full else cells

    shape = SHAPE if room(SHAPE + GAP) else 0
    state = STATE_NARROW
    if not costs or width >= 99:
        state += room(STATE - STATE_NARROW)
    beside = STATISTICS if own and room(STATISTICS + GAP) else 0
    multiplier = MULTIPLIER if multipliers and width >= WIDE and room(MULTIPLIER + GAP) else 0
    # Beside statistics the share, which the values tell as well, is missed least.
    share = SHARE if not own and room(SHARE + GAP) else 0
    nbytes = BYTES if room(BYTES + GAP) else 0
    dtype = DTYPE if not costs and room(DTYPE + GAP) else 0
    named = bool(room(NAME_LEAST + GAP))
    origin = ORIGIN if origins and width >= WIDE and room(ORIGIN + GAP) else 0
    if own:
        share = SHARE if room(SHARE + GAP) else 0
    name = 0
    if named:
        left += NAME_LEAST
        name = min(NAME_MOST, left - max(least, left // 2))
    return Columns(
        *(max(8, left - name), name, shape, dtype, VALUES, share, nbytes, state, cost),
        statistics=beside,
        origin=origin,
        multiplier=multiplier,
    )
