"""The keys of the run screen that lay out its panes, and how their layout is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from textual import work

from tui.app.pane_layout import PaneLayout, layout_file, read_layout, write_layout
from tui.app.panes.registry import BY_NAME
from tui.app.screens.stacked_screen import StackedScreen
from tui.app.widgets.run_body import RunBody
from tui.toml import TomlError


class RunPanes(StackedScreen[None]):
    """A screen with panes, which its keys show, hide, size and reach."""

    def __init__(self) -> None:
        super().__init__()
        self.kept_layout: PaneLayout
        """As it stands in the file, or is being written there."""
        self._layout_file = layout_file()
        self._layout_problem = ""
        try:
            self.kept_layout = read_layout(self._layout_file)
        except TomlError as error:
            self.kept_layout = PaneLayout()
            self._layout_problem = str(error)
        self._keeping = False

    def panes_changed(self) -> None:
        """What is on the screen has changed; the screen shows it at once."""

    def say_layout_problem(self) -> None:
        """Tell, once, that the file of the layout cannot be used."""
        if self._layout_problem:
            self.notify(
                f"{self._layout_problem}; the panes are as at first",
                severity="warning",
                markup=False,
            )

    @property
    def body(self) -> RunBody:
        """The panes."""
        return self.query_one(RunBody)

    def action_toggle_pane(self, name: str) -> None:
        """Show or hide a pane."""
        self.body.toggle(BY_NAME[name])
        self._laid_out()

    def action_to_the_back(self) -> None:
        """Put what took the room of the other panes behind them again."""
        self.body.to_the_back()
        self._laid_out()

    def action_whole_pane(self) -> None:
        """Give the focused pane all the room, or take it back."""
        self.body.toggle_whole()
        self._laid_out()

    def action_resize_pane(self, steps: int) -> None:
        """Make the focused pane larger or smaller."""
        self.body.resize_pane(steps)
        self._laid_out()

    def action_reset_panes(self) -> None:
        """Lay the panes out as at first."""
        self.body.whole, self.body.below_in_front = None, False
        drawn = self.body.pane_layout
        self.body.use_layout(PaneLayout(smoothing=drawn.smoothing, logarithmic=drawn.logarithmic))
        self._laid_out()

    def action_search_log(self) -> None:
        """Bring the log, and ask what to look for in it."""
        from tui.app.panes.log import LogPane

        self.body.bring(BY_NAME["log"])
        self._laid_out()
        self.call_after_refresh(self.query_one(LogPane).ask_search)

    def action_jump(self) -> None:
        """Show a number on each pane; its key goes there."""
        from tui.app.screens.jump import JumpScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.body.bring(BY_NAME[name])
                self._laid_out()

        self.app.push_screen(JumpScreen(self.body.places()), chosen)

    def charts_drawn_as(self, smoothing: float, logarithmic: Iterable[str]) -> None:
        """Remember how curves are drawn."""
        self.body.pane_layout = self.body.pane_layout.charted(smoothing, logarithmic)
        self._remember()

    def _laid_out(self) -> None:
        self.refresh_bindings()
        self.call_after_refresh(self.panes_changed)
        self._remember()

    def _remember(self) -> None:
        if not self._keeping:
            self._keep_layout()

    @work(group="layout")
    async def _keep_layout(self) -> None:
        self._keeping = True
        try:
            while (layout := self.body.pane_layout) != self.kept_layout:
                self.kept_layout = layout
                await asyncio.to_thread(write_layout, self._layout_file, layout)
        except OSError as error:
            reason = error.strerror or error
            self.notify(
                f"the layout is not remembered: {self._layout_file}: {reason}",
                severity="warning",
                markup=False,
            )
        finally:
            self._keeping = False
