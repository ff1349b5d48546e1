"""The keys of the run screen that choose a chart, zoom it, and read it."""

from __future__ import annotations

from tui.app.panes.charts import ChartsPane
from tui.app.screens.stacked_screen import StackedScreen


class RunCharts(StackedScreen[None]):
    """A screen with charts, wherever its focus is."""

    @property
    def charts(self) -> ChartsPane:
        """The charts."""
        return self.query_one(ChartsPane)

    def charts_changed(self) -> None:
        """A key has changed how curves are drawn."""

    def may_chart(self, action: str) -> bool | None:
        """Whether a key of the charts works now; None where it is none of theirs."""
        match action:
            case "move_cursor" | "cursor_to_end" | "zoom" | "turn_chart" | "logarithmic":
                return self.charts.display
            case "step_cursor" | "drop_cursor":
                return self.charts.display and self.charts.cursor is not None
            case "pan" | "all_steps":
                return self.charts.display and not self.charts.window.is_whole
            case "smooth":
                return self.charts.kind.smooth
        return None

    def action_turn_chart(self, by: int) -> None:
        """Show the next chart, or the one before."""
        self.charts.turn(by)
        self.refresh_bindings()

    def action_smooth(self, by: int) -> None:
        """Smooth the curves more or less."""
        self.charts.smooth(by)
        self.charts_changed()

    def action_logarithmic(self) -> None:
        """Between a linear and a logarithmic axis."""
        self.charts.toggle_logarithmic()
        self.charts_changed()

    def action_zoom(self, factor: float) -> None:
        """Show fewer steps or more."""
        self.charts.zoom(factor)
        self.refresh_bindings()

    def action_pan(self, share: float) -> None:
        """Show earlier or later steps."""
        self.charts.pan(share)

    def action_all_steps(self) -> None:
        """Show all steps."""
        self.charts.show_all()
        self.refresh_bindings()

    def action_move_cursor(self, by: int) -> None:
        """Move the cursor, or bring it."""
        began = self.charts.cursor is None
        self.charts.move_cursor(by)
        if began:
            self.refresh_bindings()

    def action_step_cursor(self, by: int) -> None:
        """Move the cursor that there is."""
        self.charts.move_cursor(by)

    def action_cursor_to_end(self, end: int) -> None:
        """Move the cursor to an end of what is shown."""
        self.charts.move_cursor_to_end(end)
        self.refresh_bindings()

    def action_drop_cursor(self) -> None:
        """Take the cursor away."""
        self.charts.drop_cursor()
        self.refresh_bindings()
