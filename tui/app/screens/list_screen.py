"""A screen on a list: the keys that move its cursor."""

from __future__ import annotations

from typing import Any

from tui.app.screens.stacked_screen import StackedScreen
from tui.app.widgets.row_list import RowList


class ListScreen(StackedScreen[None]):
    """Moves the cursor of the one list that it shows."""

    @property
    def row_list(self) -> RowList[Any]:
        """The list."""
        return self.query_one(RowList)

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.row_list.move(rows)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.row_list.move(pages * self.row_list.page)

    def action_first(self) -> None:
        """Go to the first row."""
        self.row_list.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.row_list.move_to(len(self.row_list.rows) - 1)
