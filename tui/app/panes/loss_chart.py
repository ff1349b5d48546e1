"""The loss over steps: each part and the sum, raw faintly and smoothed."""

from __future__ import annotations

from textual import events
from textual.content import Content

from tui.app.glyphs import glyphs
from tui.app.panes import axis, chart
from tui.app.panes.legend import marks, shown_losses
from tui.app.panes.live import FAINT, HEADING, TiledPane, written
from tui.app.run_state import RunState
from tui.printable import printable

FACTORS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Smoothing, from none to much."""

START = 3
"""Which of them is used at first."""

PERCENTILE = 0.02
"""The share of raw values at either end that may fall outside of the chart."""


class LossChart(TiledPane, can_focus=True):
    """A chart of all losses. `smoothing` is an index into `FACTORS`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: RunState | None = None
        self._drawn_of: tuple[object, ...] = ()
        self.smoothing = START
        self.logarithmic = False

    @property
    def factor(self) -> float:
        """How much of the past the smoothed curve keeps at each step."""
        return FACTORS[self.smoothing]

    def smooth(self, by: int) -> None:
        """Smooth more or less."""
        self.smoothing = max(0, min(len(FACTORS) - 1, self.smoothing + by))
        self._redraw()

    def toggle_logarithmic(self) -> None:
        """Between a linear and a logarithmic axis."""
        self.logarithmic = not self.logarithmic
        self._redraw()

    def show_run(self, state: RunState) -> None:
        """Show this run's losses."""
        self._state = state
        self._redraw()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for the new size."""
        self._redraw()

    def _redraw(self) -> None:
        state = self._state
        width, height = self.content_size
        if state is None or width < 12 or height < 5:
            return
        key = (state.version, width, height, self.smoothing, self.logarithmic)
        if key != self._drawn_of:
            self._drawn_of = key
            self.show(self._picture(state, width, height))

    def _picture(self, state: RunState, width: int, height: int) -> list[Content]:
        losses = [(name, series) for name, series in shown_losses(state) if len(series)]
        if not losses:
            return [self._heading()]
        legend = marks([name for name, _ in losses])
        curves = [
            chart.Curve(name, mark.letter, mark.style, series.raw(), series.line(self.factor))
            for (name, series), mark in zip(losses, legend, strict=True)
        ]
        names: list[str | tuple[str, str]] = []
        for curve in curves:
            name = printable(curve.name, ascii_only=glyphs().ascii_only)
            names += [(curve.letter, f"bold {curve.style}"), f" {name}  "]
        bottom, top = _range(curves)
        picture = chart.draw(
            curves,
            axis.step_axis(state.step.step if state.step else 0, state.total_steps, width // 11),
            axis.value_axis([bottom, top], max(3, height // 3), logarithmic=self.logarithmic),
            width,
            height - 2,
            ascii_only=glyphs().ascii_only,
        )
        legend_line = written(*names, ("raw values faint", FAINT))
        return [self._heading(), legend_line, *picture.split("\n", allow_blank=True)]

    def _heading(self) -> Content:
        smoothed = f"smoothed {self.factor:g}" if self.factor else "not smoothed"
        scale = " · logarithmic" if self.logarithmic else ""
        return written(("loss", HEADING), (f" by step · {smoothed}{scale}", FAINT))


def _range(curves: list[chart.Curve]) -> tuple[float, float]:
    # One spike must not flatten all else: smoothed curves fit wholly, raw values nearly all.
    smoothed = [y for curve in curves for _, y in curve.line]
    lows, highs = list(smoothed), list(smoothed)
    for curve in curves:
        raw = sorted(y for _, y in curve.raw)
        beyond = int(len(raw) * PERCENTILE)
        lows.append(raw[beyond])
        highs.append(raw[-1 - beyond])
    return min(lows), max(highs)
