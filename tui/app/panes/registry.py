"""The panes of the run screen, in the order of their numbers.

A new pane is one file beside this one and one line in `PANES`. The line makes its key, its words
in the footer and the help, and its place on the screen. Nothing is imported until a pane is made:
the first frame reads this table too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from textual.widget import Widget

    from tui.app.run_state import RunState
    from tui.monitor.memory import MemorySnapshot
    from tui.runs.folder import RunFolder

Place = Literal["main", "near", "far", "below"]
"""Where a pane stands: in the middle, in one of the two columns beside it, or below them all. A
narrow screen has the two columns in one; a low one shows either what is below or the rest."""


@dataclass(frozen=True, slots=True)
class RunView:
    """What panes show: a run so far, the newest memory readings, and how much curves are
    smoothed."""

    state: RunState
    memory: MemorySnapshot | None
    factor: float
    folder: RunFolder


@dataclass(frozen=True, slots=True)
class PaneKind:
    """One pane. `name` is its word in the footer, its widget's id, and what it is remembered by;
    `holds` says what it shows. `made_by` is module and class. `feed` gives it a view to show.

    `framed`: lines that are scrolled in a frame; otherwise the widget has keys of its own. `rank`
    is how much the footer needs its key. `shown`: whether it is there before anyone asked for it.
    `live`: of a run that goes on; where there is little room it goes when the run has ended.
    """

    name: str
    holds: str
    place: Place
    made_by: str
    feed: Callable[[Any, RunView], None]
    framed: bool = True
    rank: int = 7
    shown: bool = True
    live: bool = False

    def make(self) -> Widget:
        """The widget."""
        module, _, name = self.made_by.partition(":")
        made: Widget = getattr(import_module(f"tui.app.panes.{module}"), name)(id=self.name)
        return made


PANES: tuple[PaneKind, ...] = (
    PaneKind(
        "charts", "the curves of the run", "main", "charts:ChartsPane",
        lambda pane, run: pane.show_run(run.state), framed=False,
    ),
    PaneKind(
        "numbers", "losses, learning rate and speed in numbers", "near", "numbers:NumbersPane",
        lambda pane, run: pane.show_run(run.state, run.factor),
    ),
    PaneKind(
        "memory", "memory of GPU, host and trainer", "near", "memory:MemoryPane",
        lambda pane, run: pane.show_run(run.state, run.memory), live=True,
    ),
    PaneKind(
        "validations", "what was measured", "far", "validation:ValidationPane",
        lambda pane, run: pane.show_run(run.state),
    ),
    PaneKind(
        "log", "what the trainer writes, and what happened", "below", "log:LogPane",
        lambda pane, run: pane.show_run(run.state, run.folder), framed=False, rank=4,
    ),
)  # fmt: skip

BY_NAME = {kind.name: kind for kind in PANES}
