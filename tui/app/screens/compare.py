"""Runs held against each other: what differs and what came of it; live while one goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import Static

from tui.app.actions import Where, bindings
from tui.app.comparison_text import legend, models, tables
from tui.app.glyphs import glyphs
from tui.app.panes import chart
from tui.app.panes.compared_curves import ComparedCurves
from tui.app.panes.live import LivePane, stacked
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.widgets.key_line import KeyLine
from tui.figures import counted
from tui.runs.compared_run import RunReader
from tui.runs.comparison import Comparison, compare_again
from tui.runs.folder import RunFolder
from tui.runs.listed import ACTIVE

READ_SECONDS = 2.0
"""Between two looks at runs that go on."""

REST = 5
"""How much longer than a look took is waited until the next, where that is more."""


class CompareScreen(StackedScreen[None]):
    """Compares two runs or more. `interval` is what a test replaces."""

    CSS_PATH = "../styles/compare.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012
    BINDINGS = bindings("compare")
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("compare", "app")
    AUTO_FOCUS = ""

    def __init__(self, folders: Sequence[RunFolder], *, interval: float = READ_SECONDS) -> None:
        super().__init__()
        self._readers = [RunReader(folder) for folder in folders]
        self._interval = interval
        self._reading = False
        self._next_look = 0.0
        self._every = False
        self._names = False
        self._title_shown = ""
        self.found: Comparison | None = None
        """What is shown; None while the runs are read for the first time."""

    def compose(self) -> ComposeResult:
        yield Static(self._title(), id="title", markup=False)
        yield LivePane(id="legend")
        with Container(id="body"):
            yield ComparedCurves(id="chart")
            with VerticalScroll(id="tables", can_focus=False):
                yield LivePane(id="rows")
        yield KeyLine(id="keys")

    @property
    def curves(self) -> ComparedCurves:
        """The chart."""
        return self.query_one("#chart", ComparedCurves)

    @property
    def tables(self) -> VerticalScroll:
        """What can be scrolled."""
        return self.query_one("#tables", VerticalScroll)

    def on_mount(self) -> None:
        self.set_interval(self._interval, self._tick)
        self._read()

    # Reading

    def _tick(self) -> None:
        live = self.found is None or any(run.state in ACTIVE for run in self.found.runs)
        if live and self.is_current and time.monotonic() >= self._next_look:
            self._read()

    @work(group="read")
    async def _read(self) -> None:
        """Read what the runs have written; a log of a million events takes its time, elsewhere."""
        if self._reading:
            return
        self._reading, began = True, time.monotonic()
        try:
            # The plotting library too is imported off the event loop.
            await asyncio.to_thread(chart.load)
            self.found = await asyncio.to_thread(compare_again, self._readers)
        finally:
            self._reading = False
            self._next_look = began + REST * (time.monotonic() - began)
        self._show()

    # Showing

    def _title(self) -> str:
        parts = [f"comparing {counted(len(self._readers), 'run')}"]
        if self.found is None:
            parts.append("reading them")
            return glyphs().text(" · ".join(parts))
        if len(names := models(self.found)) == 1:
            parts[0] += f" of {names[0]}"
        if going := sum(run.state in ACTIVE for run in self.found.runs):
            parts.append(f"{going} going on")
        return glyphs().text(" · ".join(parts))

    def _show(self) -> None:
        if not self.is_mounted:
            return
        title = self._title()
        if title != self._title_shown:
            self._title_shown = title
            self.query_one("#title", Static).update(title, layout=False)
        if self.found is not None:
            self.curves.show_runs(self.found.runs)
            self._show_text(self.found)

    def _show_text(self, found: Comparison) -> None:
        width = self.size.width - 2
        self.query_one("#legend", LivePane).show(stacked(legend(found, width)))
        room = self.tables.scrollable_content_region.width
        if room:
            lines = tables(found, room, every=self._every, names=self._names)
            self.query_one("#rows", LivePane).show(stacked(lines))

    def on_resize(self, _: events.Resize) -> None:
        """Lay the tables out for the new width, once it is known."""
        self.call_after_refresh(self._show)

    # Keys

    def action_every(self) -> None:
        """All settings, or those that differ."""
        self._every = not self._every
        self._show()
        self.tables.scroll_home(animate=False)

    def action_names(self) -> None:
        """The parameters by name, or how many."""
        self._names = not self._names
        self._show()

    def action_curve(self) -> None:
        """Losses, or the metric."""
        self.curves.metric = not self.curves.metric
        self.curves.draw_again()

    def action_letters(self) -> None:
        """Curves of letters, or of dots."""
        self.curves.letters = not self.curves.letters
        self.curves.draw_again()

    def action_logarithmic(self) -> None:
        """Between a linear and a logarithmic axis."""
        self.curves.logarithmic = not self.curves.logarithmic
        self.curves.draw_again()

    def action_pane(self, name: str) -> None:
        """Show or hide a pane; one of the two is always there."""
        pane, other = self.curves, self.tables
        if name == "tables":
            pane, other = self.tables, self.curves  # type: ignore[assignment]
        pane.display = not pane.display
        other.display = other.display or not pane.display
        self.call_after_refresh(self._show)

    def action_scroll(self, rows: int) -> None:
        """Scroll the tables by rows."""
        self.tables.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll the tables by pages."""
        page = max(1, self.tables.size.height - 1)
        self.tables.scroll_relative(y=pages * page, animate=False)

    def action_end(self, which: int) -> None:
        """Scroll to the top, or to the bottom."""
        if which < 0:
            self.tables.scroll_home(animate=False)
        else:
            self.tables.scroll_end(animate=False)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()
