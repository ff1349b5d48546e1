"""Where the run stands: phase, epoch, step, time gone and time left, and a bar."""

from __future__ import annotations

from textual.content import Content

from tui.app import readings
from tui.app.actions import key_of
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, LivePane, stacked, written
from tui.app.run_state import RunState, Status
from tui.figures import percent

STYLES = {
    Status.COMPLETE: "bold $text-success",
    Status.STOPPED: "bold $text-warning",
    Status.STOPPING: "bold $text-warning",
    Status.PAUSED: "bold $text-warning",
    Status.FAILED: "bold $text-error",
    Status.GONE: "bold $text-error",
}


class ProgressPane(LivePane):
    """Two lines: words and a bar."""

    def show_run(self, state: RunState, now: float) -> None:
        """Show where this run stands at `now`, in seconds since the epoch."""
        self.show(stacked([self._words(state, now), self._bar(state)]))

    def _words(self, state: RunState, now: float) -> Content:
        parts: list[str] = []
        if state.step is not None and state.prepared is not None:
            parts.append(f"epoch {state.step.epoch} of {state.prepared.epochs}")
            parts.append(f"step {state.step.step:,} of {state.total_steps:,}")
        elif state.step is not None:
            parts.append(f"step {state.step.step:,}")
        if state.started is not None:
            parts.append(readings.duration(state.elapsed(now)))
        left = state.seconds_left
        if left is not None and not state.status.ended:
            parts.append(f"{readings.duration(left)} left")
        status = (phase_words(state), STYLES.get(state.status, "bold"))
        return written(status, *(f" · {part}" for part in parts))

    def _bar(self, state: RunState) -> Content:
        full, empty = ("#", ".") if glyphs().ascii_only else ("█", "░")
        label = percent(state.share).rjust(7)
        room = max(4, self.content_size.width - len(label))
        # A bar that is full while steps are left would say what is not so.
        done = int(room * state.share)
        return Content.assemble(
            (full * done, "$text-primary"), (empty * (room - done), FAINT), label
        )


def phase_words(state: RunState) -> str:
    """What the run is doing, in words."""
    status = state.status
    if status is Status.STOPPING:
        return "stopping after this batch"
    if status is Status.PAUSED and not state.doing:
        return f"paused: {key_of('run.pause')} goes on"
    if state.doing and not status.ended:
        return glyphs().safe(state.doing)
    return str(status.value)
