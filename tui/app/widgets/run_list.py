"""The list of runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from rich.segment import Segment

from tui.app.glyphs import glyphs
from tui.app.run_rows import Field, RunRow
from tui.app.widgets.row_list import RowList
from tui.app.widgets.run_columns import fit


class RunList(RowList[RunRow], can_focus=False):
    """Shows runs. `marked` are the paths of those that have a mark."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "runs--cursor",
        "runs--marked",
        "runs--live",
        "runs--waits",
        "runs--wrong",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = fit((), 80, "age")
        self._every: Sequence[RunRow] = ()
        self._now = 0.0
        self._marked: frozenset[str] = frozenset()

    def show_runs(
        self,
        rows: Sequence[RunRow],
        current: RunRow | None,
        *,
        every: Sequence[RunRow],
        now: float,
        marked: Collection[str],
        by: Field,
        turned: bool,
    ) -> None:
        """Show these rows as of `now`, out of `every` one, sorted as they are by a column."""
        self._every = every
        columns = fit(every, self._width, by, turned=turned)
        refitted = columns != self._columns
        before = self._strips()
        self._columns, self._now, self._marked = columns, now, frozenset(marked)
        self._show(rows, current, before)
        if refitted:
            self.post_message(self.Refitted(self.heads()))

    def same(self, row: RunRow, other: RunRow) -> bool:
        return row.run.path == other.run.path

    def refit(self, width: int) -> None:
        columns = self._columns
        self._columns = fit(self._every, width, columns.by, turned=columns.turned)

    def heads(self) -> str:
        return self._columns.heads()

    def segments(self, row: RunRow, is_cursor: bool) -> list[Segment]:
        signs = glyphs()
        marked = row.run.path in self._marked
        gutter = (signs.cursor if is_cursor else " ") + (signs.match if marked else " ")
        state, *others = self._columns.texts(row, self._now)
        rest = self._columns.join(["", *others])
        name = _STYLES.get(row.run.state)
        if is_cursor:
            return [Segment(gutter + state + rest, self.style_of("runs--cursor"))]
        return [
            Segment(gutter, self.style_of("runs--marked")),
            Segment(state, self.style_of(name) if name else self.rich_style),
            Segment(rest, self.rich_style),
        ]

    def column_at(self, x: int) -> Field | None:
        """The column whose heading stands at a cell."""
        return self._columns.at(x)


_STYLES = {
    "running": "runs--live",
    "paused": "runs--waits",
    "stopped": "runs--waits",
    "failed": "runs--wrong",
    "lost": "runs--wrong",
    "broken": "runs--wrong",
}
