"""Curves drawn in a box of cells: braille where the terminal has it, letters where it has not.

Each curve carries its letter at its newest point, so that curves can be told apart without
colour. The drawing is plotext's, which is imported at the first chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text
from textual.content import Content, Span
from textual.style import Style

from tui.app.glyphs import Dots
from tui.app.panes.axis import Axis
from tui.app.panes.chart_rules import Rule

RAW_COLOUR = 8
"""The number, among the sixteen of a terminal, by which raw values are told in the drawing."""

_MARKERS = {"braille": "braille", "blocks": "hd"}
"""The plotting library's names for them."""

EMPTY = " \u2800"
"""Cells that no curve passes through: blank, or braille without a dot."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One series to draw. `style` is a theme style; `raw` are points drawn faintly; `line` is
    the smoothed curve, by rising x."""

    name: str
    letter: str
    style: str
    raw: Sequence[tuple[float, float]]
    line: Sequence[tuple[float, float]]


def load() -> type[Any]:
    """The plotting figure. The first call imports it, which takes a tenth of a second."""
    from textual_plotext import Plot

    return Plot


def plot_columns(y_axis: Axis, width: int) -> int:
    """How many columns are left for curves, beside the axis of values."""
    return max(1, width - 1 - max((len(label) for label in y_axis.labels), default=0))


def plot_rows(height: int) -> int:
    """How many rows are left for curves, above the axis of steps."""
    return max(1, height - 2)


def draw(
    curves: Sequence[Curve],
    x_axis: Axis,
    y_axis: Axis,
    width: int,
    height: int,
    *,
    rules: Sequence[Rule] = (),
    dots: Dots = "braille",
) -> Content:
    """The curves in `height` lines of `width` cells, axes included."""
    figure = load()()
    figure.theme("clear")
    figure.plotsize(width, height)
    # plotsize alone does not resize a figure that stands by itself.
    figure._set_size(width, height)
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.xlim(x_axis.low, x_axis.high)
    figure.ylim(y_axis.low, y_axis.high)
    figure.xticks(x_axis.ticks, x_axis.labels)
    figure.yticks(y_axis.ticks, y_axis.labels)
    columns = plot_columns(y_axis, width)
    rows = plot_rows(height)
    # Without any point the library draws no ticks either.
    figure.scatter([x_axis.low], [y_axis.low], marker=" ")
    for curve in curves:
        points = _enveloped(_shown(curve.raw, x_axis, y_axis), x_axis, 2 * columns)
        if points:
            figure.scatter(*_columns(points), marker=_MARKERS.get(dots, "."), color=RAW_COLOUR)
    for number, curve in enumerate(curves, 1):
        points = _thinned(_shown(curve.line, x_axis, y_axis), x_axis, 2 * columns)
        if points:
            marker = _MARKERS.get(dots, curve.letter.lower())
            figure.plot(*_columns(points), marker=marker, color=number % 8)
    taken: set[tuple[int, int]] = set()
    for number, curve in enumerate(curves, 1):
        points = _shown(curve.line, x_axis, y_axis)
        if not points:
            continue
        x, y = points[-1]
        column = x_axis.column(x, columns)
        row = y_axis.column(y, rows)
        while (column, row) in taken and column > 0:
            column -= 1
        taken.add((column, row))
        figure.text(curve.letter, x_axis.value(column, columns), y, color=number % 8, style="bold")
    styles = {number % 8: curve.style for number, curve in enumerate(curves, 1)}
    drawing = _styled(figure.build(), styles, dots)
    return _ruled(drawing, rules, x_axis, columns, rows, dots) if rules else drawing


def _ruled(
    drawing: Content, rules: Sequence[Rule], x_axis: Axis, columns: int, on_axis: int, dots: Dots
) -> Content:
    # Above the axis a rule stands behind the curves: it takes only cells that are empty.
    lines = [list(line) for line in drawing.plain.split("\n")]
    left = max(len(line) for line in lines) - columns
    signs: dict[tuple[int, int], tuple[str, str]] = {}
    for rule in rules:
        column = left + x_axis.column(rule.step, columns)
        axis_sign, above = rule.sign.drawn(dots)
        if axis_sign:
            signs[on_axis, column] = axis_sign, rule.sign.style
        for row in range(on_axis) if above else ():
            if column >= len(lines[row]) or lines[row][column] in EMPTY:
                signs[row, column] = above, rule.sign.style
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    spans = list(drawing.spans)
    for (row, column), (sign, style) in signs.items():
        if column < len(lines[row]):
            lines[row][column] = sign
            spans.append(Span(starts[row] + column, starts[row] + column + 1, style))
    return Content("\n".join("".join(line) for line in lines), spans)


def _shown(
    points: Sequence[tuple[float, float]], x_axis: Axis, y_axis: Axis
) -> list[tuple[float, float]]:
    placed = ((x, y_axis.place(y)) for x, y in points if x_axis.low <= x <= x_axis.high)
    return [(x, y) for x, y in placed if y is not None and y_axis.low <= y <= y_axis.high]


def _thinned(
    points: list[tuple[float, float]], x_axis: Axis, dots: int
) -> list[tuple[float, float]]:
    # One point a column of dots: the newest, as the eye follows the curve to its end.
    scale = dots / (x_axis.high - x_axis.low)
    return list({int((x - x_axis.low) * scale): (x, y) for x, y in points}.values())


def _enveloped(
    points: list[tuple[float, float]], x_axis: Axis, dots: int
) -> list[tuple[float, float]]:
    # The least and the greatest of each column of dots, so that no spike is lost.
    scale = dots / (x_axis.high - x_axis.low)
    least: dict[int, tuple[float, float]] = {}
    greatest: dict[int, tuple[float, float]] = {}
    for x, y in points:
        column = int((x - x_axis.low) * scale)
        if column not in least or y < least[column][1]:
            least[column] = (x, y)
        if column not in greatest or y > greatest[column][1]:
            greatest[column] = (x, y)
    return [*least.values(), *greatest.values()]


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


_TRANSLATED = {
    "letters": str.maketrans("│┤└┬─", "||++-"),
    # Quarters of cells are in few console fonts; halves are in all.
    "blocks": str.maketrans("▘▝▖▗▞▚▛▜▙▟", "▀▀▄▄██████"),
}


def _styled(drawing: str, styles: dict[int, str], dots: Dots) -> Content:
    plain = Content.from_rich_text(Text.from_ansi(drawing))
    spans: list[Span] = []
    for span in plain.spans:
        if not isinstance(span.style, Style) or span.style.foreground is None:
            continue
        number = span.style.foreground.ansi
        if number == RAW_COLOUR:
            spans.append(Span(span.start, span.end, "$foreground-muted"))
        elif number is not None and number in styles:
            bold = "bold " if span.style.bold else ""
            spans.append(Span(span.start, span.end, f"{bold}{styles[number]}"))
    return Content(plain.plain.translate(_TRANSLATED.get(dots, {})), spans)
