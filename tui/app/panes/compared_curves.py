"""The curves of several runs over each other: their losses, or what they are measured by."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual import events
from textual.content import Content

from tui.app.comparison_text import STYLES
from tui.app.glyphs import Dots, glyphs
from tui.app.panes import axis, chart
from tui.app.panes.live import FAINT, HEADING, TiledPane, written
from tui.runs.compared_run import ComparedRun, Point
from tui.runs.comparison_rows import metric_names
from tui.runs.run_letters import LETTERS

EVERY = 16
"""Columns between two letters on a curve."""

NEAR = 4
"""Columns before its end, where its letter stands anyway, in which it has none."""


class ComparedCurves(TiledPane):
    """One chart. With `letters` each curve is drawn with its own letter, which tells them apart
    where they cross; else with dots, and its letter here and there and at its end."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._runs: Sequence[ComparedRun] = ()
        self.metric = False
        self.logarithmic = False
        self.letters = "NO_COLOR" in os.environ

    def show_runs(self, runs: Sequence[ComparedRun]) -> None:
        """Show these runs' curves."""
        drawn, self._runs = self._runs, runs
        if [_drawn_of(run) for run in runs] != [_drawn_of(run) for run in drawn]:
            self.draw_again()

    def on_resize(self, _: events.Resize) -> None:
        """Draw for the new size."""
        self.draw_again()

    def draw_again(self) -> None:
        """Draw what there is, as it is to be drawn now."""
        width, height = self.content_size
        if self._runs and width >= 12 and height >= 5:
            self.show(self._picture(width, height))

    def _points(self, run: ComparedRun) -> tuple[Point, ...]:
        return run.metrics if self.metric else run.losses

    def _picture(self, width: int, height: int) -> list[Content]:
        curves = [
            chart.Curve(run.name, letter, style, (), self._points(run))
            for letter, style, run in zip(LETTERS, STYLES, self._runs, strict=False)
        ]
        shown = [point for curve in curves for point in curve.line]
        if not shown:
            none = "no validation yet" if self.metric else "no step yet"
            return [self._heading(), written((none, FAINT))]
        last = max(int(x) for x, _ in shown)
        total = max(run.total_steps for run in self._runs)
        steps = axis.step_axis(last, total, width // 11)
        values = axis.value_axis(
            [y for _, y in shown], max(3, height // 3), logarithmic=self.logarithmic
        ).legible(chart.plot_rows(height - 1))
        dots: Dots = "letters" if self.letters else glyphs().dots
        picture = chart.draw(curves, steps, values, width, height - 1, dots=dots)
        lines = picture.split("\n", allow_blank=True)
        if dots != "letters":
            down = 4 if dots == "braille" else 2
            _set_letters(lines, curves, steps, values, (width, height - 1), down)
        return [self._heading(), *lines]

    def _heading(self) -> Content:
        scale = " · logarithmic" if self.logarithmic else ""
        if not self.metric:
            return written(("loss", HEADING), (f" smoothed, by step{scale}", FAINT))
        name = glyphs().safe(" / ".join(metric_names(self._runs)))
        return written((name, HEADING), (f" by step{scale}", FAINT))


def _set_letters(
    lines: list[Content],
    curves: Sequence[chart.Curve],
    x_axis: axis.Axis,
    y_axis: axis.Axis,
    size: tuple[int, int],
    down: int,
) -> None:
    """Put each curve's letter on it in some places as well as at its end: dots look all alike, and
    colour is not for everyone. A cell has two dots across and `down` of them down."""
    width, rows = size[0], size[1] - 2
    columns = chart.plot_columns(y_axis, width)
    taken: set[tuple[int, int]] = set()
    for number, curve in enumerate(curves):
        # Of each column the newest value, as the curve is drawn.
        at = {x_axis.column(x, 2 * columns) // 2: y for x, y in curve.line}
        end = max(at, default=0) - NEAR
        for column in range(EVERY // 2 + number * EVERY // len(curves), end, EVERY):
            place = y_axis.place(at[column]) if column in at else None
            if place is None:
                continue
            row = rows - 1 - y_axis.column(place, down * rows) // down
            cell = width - columns + column
            if 0 <= row < rows and (row, cell) not in taken and cell < len(lines[row]):
                taken.add((row, cell))
                letter = Content.styled(curve.letter, f"bold {curve.style}")
                lines[row] = lines[row][:cell] + letter + lines[row][cell + 1 :]


def _drawn_of(run: ComparedRun) -> tuple[object, ...]:
    return run.name, run.losses, run.metrics, run.total_steps
