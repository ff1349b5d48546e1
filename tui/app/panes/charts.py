"""The curves of a run over its steps, one chart at a time: zoomed, moved, and read by a cursor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from textual import events
from textual.content import Content

from tui.app import readings
from tui.app.glyphs import glyphs
from tui.app.panes import axis, chart
from tui.app.panes.chart_kinds import CHARTS, ChartKind, NamedPoints, Plotted
from tui.app.panes.chart_rules import EPOCH, NOT_FINITE, PLAN, RATE, Rule, Sign, rules_of
from tui.app.panes.legend import marks
from tui.app.panes.live import FAINT, HEADING, TiledPane, written
from tui.app.panes.window import Window
from tui.app.run_state import RunState

FACTORS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Smoothing, from none to much."""

START = 3
"""Which of them is used at first."""

SHARE = 0.006
"""Of a core, that drawing what a run adds may take."""

LONGEST_REST = 5.0
"""Seconds without a new drawing, whatever one takes."""

PERCENTILE = 0.02
"""The share of raw values at either end that may fall outside of the chart."""


class ChartsPane(TiledPane, can_focus=True):
    """One of `CHARTS`. `smoothing` is an index into `FACTORS`; `logarithmic` names the charts with
    such an axis; `cursor` is a step, or None while there is no cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: RunState | None = None
        self._drawn_of: tuple[object, ...] = ()
        self._columns = 40
        self._due = 0.0
        """When what is new may be drawn; what a key changes is drawn at once."""
        self.number = 0
        self.smoothing = START
        self.logarithmic: frozenset[str] = frozenset()
        self.window = Window()
        self.cursor: int | None = None

    @property
    def kind(self) -> ChartKind:
        """The chart that is shown."""
        return CHARTS[self.number]

    @property
    def factor(self) -> float:
        """How much of the past the smoothed curves keep at each step."""
        return FACTORS[self.smoothing]

    @property
    def _last(self) -> int:
        return self._state.step.step if self._state is not None and self._state.step else 0

    def draw_as(self, factor: float | None, logarithmic: Iterable[str]) -> None:
        """Begin with curves as they were drawn the last time; `factor` None is as at first."""
        if factor is not None:
            self.smoothing = min(range(len(FACTORS)), key=lambda i: abs(FACTORS[i] - factor))
        self.logarithmic = frozenset(logarithmic)

    # What keys do

    def turn(self, by: int) -> None:
        """Show the next chart, or the one before; window and cursor stay."""
        self.number = (self.number + by) % len(CHARTS)
        self._redraw()

    def smooth(self, by: int) -> None:
        """Smooth more or less."""
        self.smoothing = max(0, min(len(FACTORS) - 1, self.smoothing + by))
        self._redraw()

    def toggle_logarithmic(self) -> None:
        """Between a linear and a logarithmic axis of this chart."""
        self.logarithmic ^= {self.kind.name}
        self._redraw()

    def zoom(self, factor: float) -> None:
        """Show so many times as many steps, around the cursor or up to the newest."""
        self.window = self.window.zoomed(self._last, factor, self.cursor)
        self._redraw()

    def pan(self, share: float) -> None:
        """Show steps further on or further back."""
        self.window = self.window.panned(self._last, share)
        if self.cursor is not None:
            low, high = self.window.bounds(self._last)
            self.cursor = min(max(self.cursor, low), high, self._last)
        self._redraw()

    def show_all(self) -> None:
        """Show all steps."""
        self.window = Window()
        self._redraw()

    def move_cursor(self, columns: int) -> None:
        """Move the cursor, which begins at the newest step that is shown, by some columns."""
        low, high = self.window.bounds(self._last)
        if self.cursor is None:
            self._put_cursor(min(high, self._last))
            return
        x_axis = self._x_axis(low, high)
        each = max(1.0, x_axis.value(1, self._columns) - x_axis.low)
        self._put_cursor(round(self.cursor + columns * each))

    def move_cursor_to_end(self, end: int) -> None:
        """Move the cursor to the first step that is shown (-1) or to the newest (1)."""
        low, high = self.window.bounds(self._last)
        self._put_cursor(low if end < 0 else high)

    def drop_cursor(self) -> None:
        """Take the cursor away."""
        self.cursor = None
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the click was."""
        column = event.screen_x - self.content_region.right + self._columns
        x_axis = self._x_axis(*self.window.bounds(self._last))
        if 0 <= column < self._columns and self._last:
            self._put_cursor(round(x_axis.value(column, self._columns)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Show fewer steps."""
        event.stop()
        self.zoom(0.5)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Show more steps."""
        event.stop()
        self.zoom(2.0)

    def _put_cursor(self, step: int) -> None:
        self.cursor = max(min(1, self._last), min(step, self._last))
        self.window = self.window.showing(self._last, self.cursor)
        self._redraw()

    # Drawing

    def show_run(self, state: RunState) -> None:
        """Show this run's curves, unless they were drawn too lately for what that takes: the
        trainer wants the cores."""
        self._state = state
        if state.status.ended or time.monotonic() >= self._due:
            self._redraw()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for the new size."""
        self._redraw()

    def _redraw(self) -> None:
        state = self._state
        width, height = self.content_size
        if state is None or width < 12 or height < 5:
            return
        key = (
            *(state.version, width, height, self.number, self.smoothing),
            *(self.kind.name in self.logarithmic, self.window, self.cursor),
        )
        if key != self._drawn_of:
            self._drawn_of = key
            began = time.thread_time()
            self.show(self._picture(state, width, height))
            rest = (time.thread_time() - began) / SHARE
            self._due = time.monotonic() + min(rest, LONGEST_REST)

    def _picture(self, state: RunState, width: int, height: int) -> list[Content]:
        plotted = self.kind.plot(state, self.factor)
        low, high = self.window.bounds(self._last)
        curves = _within([one for one in plotted.curves if one.line or one.raw], low, high)
        if not curves and not plotted.not_finite:
            return [self._heading(plotted.unit), written(("nothing yet", FAINT))]
        drawn = [
            chart.Curve(curve.name, mark.letter, mark.style, curve.raw, curve.line)
            for curve, mark in zip(curves, marks([one.name for one in curves]), strict=True)
        ]
        logarithmic = self.kind.name in self.logarithmic
        y_axis = axis.value_axis(
            _range(curves), max(3, height // 3), logarithmic=logarithmic
        ).legible(chart.plot_rows(height - 2))
        x_axis = self._x_axis(low, high)
        self._columns = chart.plot_columns(y_axis, width)
        rules = rules_of(state, plotted.not_finite, x_axis, self._columns, self.cursor)
        picture = chart.draw(
            drawn, x_axis, y_axis, width, height - 2,
            rules=rules, dots=glyphs().dots,
        )  # fmt: skip
        if self.cursor is None:
            lines = [self._heading(plotted.unit), self._legend(drawn, rules)]
        else:
            lines = [self._where(state, x_axis), self._readings(drawn, plotted)]
        return [*lines, *picture.split("\n", allow_blank=True)]

    def _x_axis(self, low: int, high: int) -> axis.Axis:
        ticks = self.content_size.width // 11
        if self.window.is_whole:
            total = self._state.total_steps if self._state is not None else 0
            return axis.step_axis(self._last, total, ticks)
        return axis.span_axis(low, high, ticks)

    def _heading(self, unit: str) -> Content:
        said = [f" {self.number + 1}/{len(CHARTS)}"]
        if unit:
            said.append(f"in {unit}")
        if self.kind.smooth:
            said.append(f"smoothed {self.factor:g}" if self.factor else "not smoothed")
        if self.kind.name in self.logarithmic:
            said.append("logarithmic")
        if not self.window.is_whole:
            low, high = self.window.bounds(self._last)
            said.append(f"steps {low:,} to {high:,}")
        return written((self.kind.name, HEADING), (" · ".join(said), FAINT))

    def _legend(self, curves: Sequence[chart.Curve], rules: Sequence[Rule]) -> Content:
        """What the letters and signs are; as many as there is room for."""
        items = [
            written((curve.letter, f"bold {curve.style}"), f" {glyphs().safe(curve.name)}  ")
            for curve in curves
        ]
        present = {rule.sign.name for rule in rules}
        items += [
            written((_sign(sign), sign.style), (f" {sign.name}  ", FAINT))
            for sign in (NOT_FINITE, PLAN, RATE, EPOCH)
            if sign.name in present
        ]
        if any(curve.raw is not curve.line and curve.raw for curve in curves):
            items.append(written(("raw values faint", FAINT)))
        line = Content("")
        for item in items:
            if len(line.plain + item.plain.rstrip()) > self.content_size.width:
                break
            line += item
        return line

    def _where(self, state: RunState, x_axis: axis.Axis) -> Content:
        """The step under the cursor, and what happened in its column."""
        assert self.cursor is not None
        column = x_axis.column(self.cursor, self._columns)
        parts: list[str | tuple[str, str]] = [
            (self.kind.name, HEADING),
            (f" at step {self.cursor:,}", "bold"),
        ]
        each = state.prepared.steps_per_epoch if state.prepared is not None else 0
        if each and self.cursor:
            parts.append((f", epoch {(self.cursor - 1) // each + 1}", FAINT))
        for mark in state.marks:
            if x_axis.column(mark.step, self._columns) == column:
                sign = PLAN if mark.kind == "plan" else RATE
                parts += [(f" {_sign(sign)} ", sign.style), glyphs().safe(mark.words)]
        return _cut(written(*parts), self.content_size.width)

    def _readings(self, curves: Sequence[chart.Curve], plotted: Plotted) -> Content:
        """The values under the cursor: smoothed, and raw where there is room for both."""
        assert self.cursor is not None
        known = [
            (curve, _at(curve.line, self.cursor), _at(curve.raw, self.cursor)) for curve in curves
        ]
        both = written(*self._read(known, plotted, raw=True))
        if len(both.plain.rstrip()) <= self.content_size.width:
            return both
        return _cut(written(*self._read(known, plotted, raw=False)), self.content_size.width)

    def _read(
        self,
        known: Sequence[tuple[chart.Curve, float | None, float | None]],
        plotted: Plotted,
        *,
        raw: bool,
    ) -> list[str | tuple[str, str]]:
        parts: list[str | tuple[str, str]] = []
        if any(first <= (self.cursor or 0) <= last for first, last in plotted.not_finite):
            parts.append(("no number  ", "bold $text-error"))
        for curve, smoothed, value in known:
            parts.append((curve.letter, f"bold {curve.style}"))
            parts.append(f" {'-' if smoothed is None else readings.loss(smoothed)}")
            if raw and value is not None and curve.raw is not curve.line:
                parts.append((f" ({readings.loss(value)})", FAINT))
            parts.append("  ")
        parts.append((plotted.unit, FAINT))
        return parts


def _at(points: Sequence[tuple[float, float]], step: int) -> float | None:
    """The value in force at a step: of the newest point up to it."""
    reached = [point for point in points if point[0] <= step]
    # Raw values of long runs come in two rows, each by rising steps.
    return max(reached, key=lambda point: point[0])[1] if reached else None


def _within(curves: list[NamedPoints], low: int, high: int) -> list[NamedPoints]:
    found = []
    for curve in curves:
        line = [point for point in curve.line if low <= point[0] <= high]
        raw = [point for point in curve.raw if low <= point[0] <= high]
        found.append(NamedPoints(curve.name, line if curve.raw is curve.line else raw, line))
    return found


def _range(curves: list[NamedPoints]) -> list[float]:
    # One spike must not flatten all else: smoothed curves fit wholly, raw values nearly all.
    values = [y for curve in curves for _, y in curve.line]
    for curve in curves:
        if curve.raw and curve.raw is not curve.line:
            raw = sorted(y for _, y in curve.raw)
            beyond = int(len(raw) * PERCENTILE)
            values += [raw[beyond], raw[-1 - beyond]]
    return values


def _cut(line: Content, width: int) -> Content:
    if len(line.plain.rstrip()) <= width:
        return line
    return line[: width - 1] + Content(glyphs().ellipsis)


def _sign(sign: Sign) -> str:
    on_axis, above = sign.drawn(glyphs().dots)
    return on_axis or above
