"""The columns of the parameter tree for a width: which there are, and how wide."""

from __future__ import annotations

from dataclasses import dataclass

GUTTER = 2
GAP = 2
SHAPE, DTYPE, VALUES, SHARE = 14, 8, 8, 6
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

    def line(
        self,
        label: str,
        name: str,
        shape: str,
        dtype: str,
        values: str,
        share: str,
        state: str,
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
            )
            if width
        ]
        gap = " " * GAP
        return label.ljust(self.label), gap + gap.join(middle) + gap, state.ljust(self.state)

    def heads(self) -> str:
        """The headings."""
        label, middle, state = self.line(
            *("block or parameter", "name, class", "shape", "dtype", "values", "share", "state")
        )
        return " " * GUTTER + label[: self.label] + middle + state[: self.state].rstrip()


def fit(width: int) -> Columns:
    """The columns for a width in cells: the label never has fewer than 30 from 60 on up."""
    state = STATE if width >= 79 else STATE_NARROW
    shape = SHAPE if width >= 72 else 0
    wide = width >= 99
    fixed = [shape, DTYPE if wide else 0, VALUES, SHARE if wide else 0, state]
    left = width - GUTTER - sum(cells + GAP for cells in fixed if cells)
    name = 0
    if wide and left - GAP >= LABEL_LEAST + NAME_LEAST:
        left -= GAP
        name = min(NAME_MOST, left - max(LABEL_LEAST, left // 2))
    return Columns(max(8, left - name), name, shape, fixed[1], VALUES, fixed[3], state)
