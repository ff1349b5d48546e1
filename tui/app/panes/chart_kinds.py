"""The charts that a run can be looked at through, in their order. A new one is a line in
`CHARTS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.app.panes.legend import shown_losses
from tui.app.run_state import RunState
from tui.runs.series import Series

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class NamedPoints:
    """One curve: its name, raw values, and a line through them by rising steps."""

    name: str
    raw: Points
    line: Points


@dataclass(frozen=True, slots=True)
class Plotted:
    """What one chart shows of a run so far. `unit` is what values are in, `not_finite` the steps,
    as spans, that had no number."""

    curves: list[NamedPoints]
    unit: str = ""
    not_finite: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class ChartKind:
    """One chart. `plot` takes the run and how much of the past the smoothed curves keep, which
    counts where the chart is `smooth`."""

    name: str
    plot: Callable[[RunState, float], Plotted]
    smooth: bool = False


def _losses(state: RunState, factor: float) -> Plotted:
    losses = shown_losses(state)
    spans = {span for _, series in losses for span in series.not_finite_at.spans}
    return Plotted(
        [NamedPoints(name, series.raw(), series.line(factor)) for name, series in losses],
        not_finite=sorted(spans),
    )


def _validations(state: RunState, _: float) -> Plotted:
    measured: dict[str, list[tuple[float, float]]] = {}
    unknown: list[tuple[int, int]] = []
    for one in state.validations:
        if one.value is None:
            unknown.append((one.step, one.step))
        for name, value in ((one.metric, one.value), *one.beside.items()):
            points = measured.setdefault(name, [])
            if value is not None:
                points.append((one.step, value))
    return Plotted(
        [NamedPoints(name, points, points) for name, points in measured.items()],
        not_finite=unknown,
    )


def _rates(state: RunState, _: float) -> Plotted:
    return _of_series("learning rate", state.curves.rates, 0.0)


def _speeds(state: RunState, factor: float) -> Plotted:
    return _of_series("images/s", state.curves.speeds, factor)


def _memory(state: RunState, _: float) -> Plotted:
    kept = [("trainer", state.curves.resident)]
    kept += [(f"GPU {number}", series) for number, series in sorted(state.curves.devices.items())]
    lines = [(name, series.line(0.0)) for name, series in kept]
    most = max((value for _, line in lines for _, value in line), default=0.0)
    unit, scale = ("GB", 1e9) if most >= 1e9 else ("MB", 1e6)
    return Plotted(
        [
            NamedPoints(name, (), [(step, value / scale) for step, value in line])
            for name, line in lines
        ],
        unit,
    )


def _of_series(name: str, series: Series, factor: float) -> Plotted:
    raw = series.raw() if factor else ()
    return Plotted([NamedPoints(name, raw, series.line(factor))])


CHARTS: tuple[ChartKind, ...] = (
    ChartKind("loss", _losses, smooth=True),
    ChartKind("validation", _validations),
    ChartKind("learning rate", _rates),
    ChartKind("images/s", _speeds, smooth=True),
    ChartKind("memory", _memory),
)
