"""The line of the guided tour: what to press next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Static

from tui.app.glyphs import glyphs
from tui.app.key_words import with_keys

if TYPE_CHECKING:
    from tui.app.tour import Step, Tour

LOOK_SECONDS = 0.25
"""How soon it moves on after a key. A look that finds nothing new draws nothing."""


class TourLine(Static):
    """Stands at the top of a screen, which makes room for it, and moves on by itself."""

    def __init__(self, tour: Tour) -> None:
        super().__init__(markup=False)
        self._tour = tour
        self.step: Step | None = None

    def on_mount(self) -> None:
        self._look()
        self.set_interval(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        step = self._tour.step_on(self.screen) if self.screen.is_current else self.step
        if step is None or step == self.step:
            return
        self.step = step
        self._tour.reached(step)
        self.update(glyphs().text(self._words(step)))

    def _words(self, step: Step) -> str:
        from tui.app.tour import LAST

        return with_keys(f"tour {step.number}/{LAST} (<tour.end> ends it): {step.says}")
