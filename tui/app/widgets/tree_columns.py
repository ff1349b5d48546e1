"""The columns of the parameter tree for a width: which there are, and how wide."""

from __future__ import annotations

from dataclasses import dataclass

GUTTER = 2
GAP = 2
SHAPE, DTYPE, VALUES, SHARE, COST = 14, 8, 8, 6, 8
STATE, STATE_NARROW = 19, 12
LABEL_LEAST, NAME_LEAST, NAME_MOST = 30, 20, 48


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
    state: int
    cost: int = 0

    def line(
        self,
        label: str,
        name: str,
        shape: str,
        dtype: str,
        values: str,
        share: str,
        state: str,
        cost: str = "",
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
            *("block or parameter", "name, class", shape, "dtype", "values", "share", "state"),
            cost="mult-add",
        )
        return " " * GUTTER + label[: self.label] + middle + state[: self.state].rstrip()


def fit(width: int, *, costs: bool = False) -> Columns:
    """The columns for a width in cells, with that of multiply-adds where `costs` are shown.

    The label never has fewer than 30 from 60 on up; with costs, which push the type out and the
    state together, never fewer than 22.
    """
    wide = width >= 99
    state = STATE if width >= (99 if costs else 79) else STATE_NARROW
    shape = SHAPE if width >= 72 else 0
    dtype = DTYPE if wide and not costs else 0
    cost = COST if costs else 0
    fixed = [shape, dtype, VALUES, SHARE if wide else 0, cost, state]
    left = width - GUTTER - sum(cells + GAP for cells in fixed if cells)
    name = 0
    if wide and left - GAP >= LABEL_LEAST + NAME_LEAST:
        left -= GAP
        name = min(NAME_MOST, left - max(LABEL_LEAST, left // 2))
    return Columns(max(8, left - name), name, shape, dtype, VALUES, fixed[3], state, cost)
