"""The validation metric: newest, best, by class, and how it went."""

from __future__ import annotations

from textual.content import Content

from tui.app import readings
from tui.app.actions import key_of
from tui.app.glyphs import glyphs
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import RunState
from tui.runs.events import Validated

NAME_CELLS = 18


class ValidationPane(LivePane):
    """Newest and best value, what was measured beside, the newest value of each class, then the
    history, newest first."""

    def show_run(self, state: RunState) -> None:
        """Show this run's validations."""
        metric = state.validations[-1].metric if state.validations else ""
        if not metric and state.prepared is not None:
            metric = state.prepared.metric
        heading = [("validation", HEADING), (f" {_named(metric, 16)}", FAINT)]
        lines = [written(*heading)]
        if not state.validations:
            none = state.prepared is not None and not state.prepared.validation_pictures
            can = state.step is not None and not state.status.ended
            yet = f"none yet: {key_of('run.validate')} measures now" if can else "none yet"
            lines.append(written(("no validation pictures" if none else yet, FAINT)))
            self.show(stacked(lines))
            return
        newest = state.validations[-1]
        lines.append(_line(_when(newest, state), newest.value))
        if state.best is not None:
            when = _when(state.best, state)
            best = "best (this one)" if state.best is newest else f"best, {when}"
            lines.append(_line(best, state.best.value))
        for name, value in newest.beside.items():
            lines.append(_line(_named(name, NAME_CELLS), value))
        for name, value in newest.per_class.items():
            lines.append(_line(f"  {_named(name, NAME_CELLS - 2)}", value))
        older = list(state.validations)[-2::-1]
        if older:
            lines.append(written(("before", FAINT)))
            lines += [_line(f"  {_when(one, state)}", one.value) for one in older]
        self.show(stacked(lines))


def _when(validated: Validated, state: RunState) -> str:
    """The epoch that it ended, or the step that it came after."""
    each = state.prepared.steps_per_epoch if state.prepared is not None else 0
    within = each and validated.step % each
    return f"step {validated.step:,}" if within else f"epoch {validated.epoch}"


def _line(name: str, value: float | None) -> Content:
    return written(f"{name:<{NAME_CELLS}}", f"{readings.loss(value):>9}")


def _named(name: str, cells: int) -> str:
    return glyphs().cut(glyphs().safe(name), cells)
