"""What a short training has shown, as a person reads it: its curve in text, and a verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tui.commands.curves import Curve, drawn, means

if TYPE_CHECKING:
    from tui.runs.inspection import LossCurve


def rate_curve(curve: LossCurve, *, ascii_only: bool) -> str:
    """The smoothed loss by learning rate."""
    from tui.runs.rate_finder import smoothed

    ticks = range(math.ceil(math.log10(curve.rates[0])), math.floor(_last(curve)) + 1)
    return drawn(
        [Curve([math.log10(rate) for rate in curve.rates], smoothed(curve.losses))],
        means(ascii_only=ascii_only),
        {float(power): f"1e{power}" for power in ticks},
    )


def step_curve(curve: LossCurve, *, ascii_only: bool) -> str:
    """The loss by step."""
    steps = [float(number) for number in range(1, len(curve.losses) + 1)]
    return drawn([Curve(steps, curve.losses)], means(ascii_only=ascii_only))


def _last(curve: LossCurve) -> float:
    return math.log10(curve.rates[-1])
