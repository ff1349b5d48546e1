"""The list of models."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment

from tui.app.glyphs import glyphs
from tui.app.model_rows import ModelRow
from tui.app.widgets.model_columns import fit
from tui.app.widgets.row_list import RowList


class ModelList(RowList[ModelRow], can_focus=False):
    """Shows models: what is typed goes to the filter."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "models--cursor",
        "models--figures",
        "models--recent",
        "models--on-disk",
        "models--missing",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = fit(80)

    def same(self, row: ModelRow, other: ModelRow) -> bool:
        return row.opens == other.opens

    def refit(self, width: int) -> None:
        self._columns = fit(width)

    def heads(self) -> str:
        return self._columns.heads()

    def segments(self, row: ModelRow, is_cursor: bool) -> list[Segment]:
        signs = glyphs()
        name, between, weights = self._columns.cells(row, signs)
        if is_cursor:
            line = f"{signs.cursor} {name}{between}{weights}"
            return [Segment(line, self.style_of("models--cursor"))]
        return [
            Segment(f"  {name}", self.rich_style),
            Segment(between, self.style_of("models--figures")),
            Segment(weights, self.style_of(_weights_style(row))),
        ]


def _weights_style(row: ModelRow) -> str:
    if row.recent is not None:
        return "models--recent"
    return "models--on-disk" if row.on_disk else "models--missing"
