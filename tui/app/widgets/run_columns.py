"""The columns of the list of runs: as wide as what stands in them, cut or left out where there is
no room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.app import run_signs
from tui.app.glyphs import Glyphs, glyphs
from tui.app.run_rows import ORDERS, Field, RunRow
from tui.figures import age

GUTTER = 2
"""The cursor and the mark."""

AGE = 6

_TO_THE_RIGHT: frozenset[Field] = frozenset({"epoch", "step", "loss", "best", "age"})
_LEAST: dict[Field, int] = {"run": 15, "model": 16, "trains": 16, "recipe": 8}
"""Columns that are cut where a line would not fit, and what is left of each at least."""

_ORDER: tuple[Field, ...] = (
    *("state", "run", "model", "recipe", "trains", "epoch", "step"),
    *("loss", "best", "age"),
)
_FIRST_TO_GO: tuple[Field, ...] = ("run", "epoch", "recipe", "trains", "loss")
"""What is left out where cutting is not enough: below the list all of it is told of a run."""


@dataclass(frozen=True, slots=True)
class RunColumns:
    """The columns that there is room for, with their widths. `by` is the one that is sorted by."""

    widths: tuple[tuple[Field, int], ...]
    by: Field
    turned: bool
    gap: int = 1

    def heads(self) -> str:
        """The headings; the column that is sorted by has a sign."""
        told = [_padded(field, self._head(field), width) for field, width in self.widths]
        return " " * GUTTER + self.join(told)

    def join(self, cells: Sequence[str]) -> str:
        """Padded cells beside each other."""
        return (" " * self.gap).join(cells)

    def _head(self, field: Field) -> str:
        if field != self.by:
            return field
        up, down = ("^", "v") if glyphs().ascii_only else ("▴", "▾")
        return field + (up if self.turned else down)

    def at(self, x: int) -> Field | None:
        """The column that a cell of the line belongs to."""
        end = GUTTER
        for field, width in self.widths:
            end += width + self.gap
            if x < end:
                return field
        return None

    def texts(self, row: RunRow, now: float) -> list[str]:
        """A row's cells, padded, for `join`."""
        signs = glyphs()
        return [
            _padded(field, _cut(field, _cell(field, row, now), width, signs), width)
            for field, width in self.widths
        ]


def fit(rows: Sequence[RunRow], width: int, by: Field, *, turned: bool = False) -> RunColumns:
    """The columns for these rows in a width in cells."""
    needed = {field: _needed(field, rows) for field in _ORDER}
    room = width - GUTTER
    least = {field: min(cells, _LEAST.get(field, cells)) for field, cells in needed.items()}
    for field in _FIRST_TO_GO:
        if sum(least.values()) + len(least) - 1 <= room:
            break
        del least[field], needed[field]
    over = sum(needed.values()) + len(needed) - 1 - room
    for field in ("run", "recipe", "model", "trains"):
        if field in needed:
            given = max(0, min(over, needed[field] - least[field]))
            needed[field] -= given
            over -= given
    # Set apart where there is room to.
    gap = 2 if sum(needed.values()) + 2 * (len(needed) - 1) <= room else 1
    return RunColumns(tuple(needed.items()), by, turned, gap)


def _needed(field: Field, rows: Sequence[RunRow]) -> int:
    # With room for the sign, so that sorting moves no column.
    head = len(field) + (field in ORDERS)
    if field == "age":
        return AGE
    if field == "state":
        return max(head, run_signs.WIDTH)
    if field == "step":
        # Steps grow to their total: that would move the columns.
        return max(head, *(2 * len(str(row.run.total_steps)) + 1 for row in rows), head)
    return max(head, *(len(row.cells[field]) for row in rows), head)


def _cell(field: Field, row: RunRow, now: float) -> str:
    if field == "age":
        return age(now - row.run.begun) if row.run.begun else ""
    return row.cells[field]


def _cut(field: Field, text: str, width: int, signs: Glyphs) -> str:
    if field == "model" and len(text) > width:
        # Both ends tell names apart: ssd_512_… and …_voc.
        return _cut_within(text, min(width // 2, 8), width, signs)
    if field == "trains" and len(text) > width:
        # How many stands at the end.
        return _cut_within(text, len(text) - text.rfind(" "), width, signs)
    return signs.cut(text, width)


def _cut_within(text: str, end: int, width: int, signs: Glyphs) -> str:
    end = min(end, width - 2)
    return signs.cut(text[:-end], width - end) + text[-end:]


def _padded(field: Field, text: str, width: int) -> str:
    return text.rjust(width) if field in _TO_THE_RIGHT else text.ljust(width)
