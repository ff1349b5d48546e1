"""What a short training has shown, as a person reads it: its curve in text, and a verdict."""

from __future__ import annotations

import math
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.runs.inspection import LossCurve

HEIGHT = 14
WIDEST = 100


def rate_curve(curve: LossCurve, *, ascii_only: bool) -> str:
    """The smoothed loss by learning rate."""
    from tui.runs.rate_finder import smoothed

    ticks = range(math.ceil(math.log10(curve.rates[0])), math.floor(_last(curve)) + 1)
    return _drawn(
        [math.log10(rate) for rate in curve.rates],
        smoothed(curve.losses),
        {float(power): f"1e{power}" for power in ticks},
        ascii_only=ascii_only,
    )


def step_curve(curve: LossCurve, *, ascii_only: bool) -> str:
    """The loss by step."""
    steps = [float(number) for number in range(1, len(curve.losses) + 1)]
    return _drawn(steps, list(curve.losses), {}, ascii_only=ascii_only)


def _last(curve: LossCurve) -> float:
    return math.log10(curve.rates[-1])


def _drawn(
    across: list[float], up: list[float], ticks: dict[float, str], *, ascii_only: bool
) -> str:
    import plotext

    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(min(WIDEST, shutil.get_terminal_size((80, 24)).columns), HEIGHT)
    plotext.xaxes(True, False)
    plotext.yaxes(True, False)
    plotext.plot(across, up, marker="*" if ascii_only else "braille")
    if ticks:
        plotext.xticks(list(ticks), list(ticks.values()))
    text = plotext.uncolorize(plotext.build()).rstrip()
    if ascii_only:
        text = text.translate(_ASCII)
    return "\n".join(line.rstrip() for line in text.splitlines())


_ASCII = str.maketrans("│┤├─┬┴┼└┘┌┐", "|||-+++++++")
