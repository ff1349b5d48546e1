"""The run screen: follows a run's events and shows them, live or afterwards.

All that it shows of a run comes from events.jsonl, so it makes no difference who started the
run, or when this screen came to it.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.widgets import Input, Static

from tui.app.actions import Where, at, bindings, key_text, keys_of
from tui.app.glyphs import glyphs
from tui.app.looks import redraw_seconds
from tui.app.panes import chart
from tui.app.panes.confusion import confusion_lines
from tui.app.panes.first_batch import FirstBatchPane, lines_of_check
from tui.app.panes.notices import NoticesPane
from tui.app.panes.plan_changes import PlanChangesPane
from tui.app.panes.progress import ProgressPane
from tui.app.panes.registry import RunView
from tui.app.panes.summary import SummaryPane
from tui.app.run_state import Status
from tui.app.screens.run_charts import RunCharts
from tui.app.screens.run_facts import RunFacts
from tui.app.screens.run_leaving import RunLeaving
from tui.app.screens.run_panes import RunPanes
from tui.app.widgets.key_line import KeyLine
from tui.app.widgets.key_scroll import KeyScroll
from tui.app.widgets.run_body import NARROW, RunBody
from tui.monitor.memory import MemoryMonitor, MemorySnapshot
from tui.runs.folder import RunFolder
from tui.runs.log import EventReader
from tui.runs.supervisor import cause_of
from tui.runs.trainer import is_alive, last_lines, with_disk

REDRAW_SECONDS = 1.0
"""The eye wants a trend; over a slow link every redraw costs."""

MEMORY_SECONDS = 2.0
SAID_SECONDS = 3.0
"""How long it stands why a key does nothing."""
SLICE = 1 << 16
"""Bytes of the log that are read and folded in one go: a few milliseconds."""


NOT_YET = {
    "run.first_batch": "there as soon as the first batch has been looked at",
    "run.confusion": "there after a classifier's first validation",
    "run.pictures": "there after the first validation",
}
"""When what a key shows is there, by action."""


class RunScreen(RunLeaving, RunPanes, RunCharts):
    """Follows one run.

    `process` is the trainer where this program started it: then its exit code is known.
    `clock`, `memory` and `interval` are what a test replaces.
    """

    CSS_PATH = "../styles/run.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012
    AUTO_FOCUS = "#charts"
    # Where a key has two meanings, that of the charts comes first, while it has one.
    BINDINGS = [*bindings("charts"), *bindings("run")]  # noqa: RUF012
    HELP_PLACES: ClassVar[tuple[Where, ...]] = ("run", "charts", "log", "app")

    def __init__(
        self,
        folder: RunFolder,
        process: subprocess.Popen[bytes] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        memory: Callable[[int | None], MemorySnapshot] | None = None,
        interval: float = REDRAW_SECONDS,
    ) -> None:
        super().__init__(folder, process)
        self._clock = clock
        self._monitor = MemoryMonitor() if memory is None else None
        self._sample = memory or (self._monitor.snapshot if self._monitor else None)
        self._interval = interval
        self._reader = EventReader(folder.events_file)
        self._memory: MemorySnapshot | None = None
        self._following = False
        self._found_gone = False
        self._was_read = process is not None
        """Whether it is known that the run was never started, where it was not."""
        self._unreadable = ""
        """Why the log could not be read the last time."""
        self._why_not, self._why_not_until = "", 0.0
        self._sampling = False
        self._sampled_at = float("-inf")
        self._end_shown: Status | None = None
        """The end that the screen shows; None while there is none."""
        self._title_shown = ""
        self._shown_at = float("-inf")
        self._offered = self.state.status, False
        self.shown_version = -1
        """The version of the state that the panes show."""

    def compose(self) -> ComposeResult:
        """Title, progress, first batch, what ended the run, panes, changes, notices, footer."""
        yield Static(self._title(), id="title", markup=False)
        yield ProgressPane(id="progress")
        yield FirstBatchPane(id="first-batch")
        with KeyScroll(id="ended"):
            yield SummaryPane(id="summary")
        yield RunBody(self.kept_layout, id="body")
        yield PlanChangesPane(id="changes")
        yield NoticesPane(id="notices")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Begin to follow."""
        self.query_one("#ended").display = False
        self.charts.draw_as(self.kept_layout.smoothing, self.kept_layout.logarithmic)
        self.say_layout_problem()
        if self.process is None:
            self.state.mark_not_begun("reading the run")
        self.set_interval(self._interval, self._tick)
        self.call_after_refresh(self._tick)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the panes out for the new size."""
        self.body.fit(event.size, self._end_shown is not None)

    def panes_changed(self) -> None:
        """Show what a pane that came has missed."""
        self._show()

    def charts_changed(self) -> None:
        """Remember how curves are drawn; numbers are smoothed as they are."""
        self.charts_drawn_as(self.charts.factor, self.charts.logarithmic)
        self._show()

    @property
    def is_current(self) -> bool:
        """Only while nothing stands over it: for each event of a screen below, Textual would draw
        the whole terminal again."""
        return self.is_active

    def on_screen_resume(self) -> None:
        """Show what has happened while something stood over it."""
        self._show()

    def on_unmount(self) -> None:
        """Let the GPU driver go."""
        if self._monitor is not None and not self._sampling:
            self._monitor.close()

    # Following

    def _tick(self) -> None:
        # One that has ended may be started again, from anywhere.
        if not self._following:
            self._following = True
            self._follow()
        now = time.monotonic()
        if not self._sampling and now - self._sampled_at >= MEMORY_SECONDS:
            self._sampling, self._sampled_at = True, now
            self._sample_memory()
        # On a slow link less often; half a tick late is in time.
        if now - self._shown_at >= redraw_seconds(self._interval) - self._interval / 2:
            self._shown_at = now
            self._show()

    @work(group="follow")
    async def _follow(self) -> None:
        """Read what is new, in slices between which keys are served."""
        had_ended = self.state.status.ended
        try:
            # The plotting library is imported here, off the event loop, not at the first curve.
            await asyncio.to_thread(chart.load)
            # Whether the trainer lives is asked before the log is read to its end: what it
            # wrote before it died is then all in.
            gone = self._gone()
            while envelopes := await asyncio.to_thread(self._reader.read, SLICE):
                self.state.apply_all(envelopes)
                gone = ""  # somebody writes, perhaps a trainer that came after that one
            if gone and self._found_gone and not self.state.status.ended:
                self.state.mark_gone(with_disk(gone, self.folder))
            self._unreadable = ""
            if not self._was_read:
                self._was_read = True
                if self.state.started is None:
                    self.state.mark_not_begun(f"waiting for the trainer: {self.how_to_begin}")
                self.refresh_bindings()
            # Its supervisor may be about to say what ended it: only the second time counts.
            self._found_gone = bool(gone)
        except OSError as error:
            reason = error.strerror or str(error)
            if reason != self._unreadable:
                self._unreadable = reason
                self.notify(
                    f"{self.folder.events_file}: {reason}; asking again", severity="warning"
                )
        finally:
            self._following = False
        if self.state.status.ended and not had_ended:
            self._show()

    @work(group="memory")
    async def _sample_memory(self) -> None:
        try:
            started = self.state.started
            if self._sample is not None:
                self._memory = await asyncio.to_thread(
                    self._sample, started.pid if started else None
                )
        finally:
            self._sampling = False

    def _gone(self) -> str:
        """What is known of the trainer's end where it told none; empty while it lives, or is not
        known to have lived."""
        code = self.process.poll() if self.process is not None else None
        if self.process is not None and code is None:
            return ""
        started = self.state.started
        if started is not None and is_alive(self.folder, started):
            return ""  # though its supervisor is gone
        if code is not None:
            return cause_of(code)
        if started is not None:
            return f"the trainer (process {started.pid}) is gone, without a last word"
        return ""

    # Showing

    def _show(self) -> None:
        # When the app closes, its panes leave before it does.
        if not self.is_mounted or not self.query(ProgressPane):
            return
        if not self.is_active:
            if self.quit_at_end and self.state.status.ended:
                self.leave_thaw()
            return
        state = self.state
        self.query_one(ProgressPane).show_run(state, self._clock())
        self.query_one(FirstBatchPane).show_run(state)
        self.body.show_run(RunView(state, self._memory, self.charts.factor, self.folder))
        self.query_one(PlanChangesPane).show_run(state, 4 if self.size.height >= 36 else 1)
        self.query_one(NoticesPane).show_run(state, 3 if self.size.height >= 36 else 1)
        title = self._title()
        if title != self._title_shown:
            self._title_shown = title
            self.query_one("#title", Static).update(title)
        end = state.status if state.status.ended else None
        if end != self._end_shown:
            self._end_shown = end
            self._show_end()
        offered = state.status, state.sampled is not None
        if offered != self._offered:
            self._offered = offered
            self.refresh_bindings()
        self.shown_version = state.version

    def _show_end(self) -> None:
        ended = self._end_shown is not None
        self.set_class(ended, "-ended")
        self.body.fit(self.size, ended)
        panel = self.query_one("#ended")
        panel.display = ended
        if ended:
            lines = 12 if self.size.height >= 36 else 5
            self.query_one(SummaryPane).show_run(
                self.state, self.folder, last_lines(self.folder, lines)
            )
            # Letters of whoever is typing would be commands.
            if not isinstance(self.focused, Input):
                panel.focus()
        self.refresh_bindings()
        if ended and self.quit_at_end:
            self.leave_thaw()

    def _title(self) -> str:
        parts = [self.folder.path.name]
        started = self.state.started
        if started is not None:
            data = Path(started.data).name
            parts = [started.model, f"{started.recipe} recipe", data, *parts]
        return glyphs().text(" · ").join(glyphs().safe(part) for part in parts)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        going = self.is_going
        if (may := self.may_chart(action)) is not None:
            return may
        match action:
            case "stop_run":
                return going and not self.state.stop_asked
            case "leave" | "pause" | "checkpoint" | "validate" | "learning_rate" | "change_plan":
                return going
            case "to_the_back":
                return self.body.is_in_front
            case "back" | "runs":
                return not going
            case "first_batch":
                return self.state.checked is not None
            case "pictures":
                return self.state.sampled is not None
            case "confusion":
                return any(one.confusion for one in self.state.validations)
            case "resume":
                return not going and self._was_read and self.state.status is not Status.COMPLETE
        return True

    def on_key(self, event: events.Key) -> None:
        """Of a letter that does nothing now, say why."""
        action = next((one for one in at("run") if event.key in keys_of(one)), None)
        if not event.is_printable or action is None or event.key in self.active_bindings:
            return
        event.stop()
        ended = self.state.status.ended
        why = NOT_YET.get(
            action.id, f"the run is {self.state.status.value}" if ended else "not now"
        )
        said = f"{key_text(event.key)}, {action.label}: {why}"
        # Held down, a key says it once.
        if said != self._why_not or time.monotonic() >= self._why_not_until:
            self._why_not, self._why_not_until = said, time.monotonic() + SAID_SECONDS
            self.notify(said, timeout=SAID_SECONDS)

    def action_first_batch(self) -> None:
        """Show what the first batch has shown."""
        if self.state.checked is not None:
            lines = lines_of_check(self.state.checked, self.state.prepared)
            self.app.push_screen(RunFacts("Before the first step", lines))

    def action_confusion(self) -> None:
        """Show which classes are taken for which."""
        lines = confusion_lines(self.state, self.folder, RunFacts.columns(self.size.width))
        self.app.push_screen(RunFacts("Which classes are taken for which", lines))

    def action_runs(self) -> None:
        """List the runs."""
        from tui.app.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen())

    def action_pictures(self) -> None:
        """Show the pictures that were drawn after the validations."""
        from tui.app.screens.pictures import PicturesScreen

        self.app.push_screen(PicturesScreen(self.folder, self.state))
