"""Which learning rate: read from the losses of a short training whose rate rises step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence

LOWEST, HIGHEST = 1e-6, 10.0
"""The rates that are tried, in equal steps of their logarithm."""

SMOOTHING = 0.9
"""How much of each smoothed loss is the one before."""

WORSE = 4.0
"""By how much the smoothed loss may grow over the best before there is no more to be seen."""

LEFT_OUT = 5
"""Steps at the start whose losses are of the first pictures, not of the rate."""


def rates(steps: int) -> list[float]:
    """The rate of each step."""
    ratio = (HIGHEST / LOWEST) ** (1 / max(1, steps - 1))
    return [LOWEST * ratio**step for step in range(steps)]


def smoothed(losses: Sequence[float]) -> list[float]:
    """The losses, each with what came before it in decreasing weight."""
    found, mean = [], 0.0
    for count, loss in enumerate(losses, 1):
        mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
        found.append(mean / (1 - SMOOTHING**count))
    return found


def is_over(curve: Sequence[float]) -> bool:
    """Whether a smoothed curve has risen so far that a larger rate can show nothing."""
    return len(curve) > LEFT_OUT and curve[-1] > WORSE * min(curve)


def suggested(tried: Sequence[float], curve: Sequence[float]) -> float | None:
    """The rate at which the smoothed loss falls fastest, by the logarithm of the rate; None where
    it falls nowhere worth the name."""
    lowest = min(range(len(curve)), key=curve.__getitem__, default=0)
    if lowest <= LEFT_OUT + 1 or curve[lowest] > 0.98 * max(curve[: lowest + 1]):
        return None
    logs = [math.log(rate) for rate in tried]
    # Over a few steps on either side: one of them alone is noise.
    width = max(1, len(curve) // 20)

    def slope(step: int) -> float:
        low, high = max(LEFT_OUT, step - width), min(lowest, step + width)
        return (curve[high] - curve[low]) / (logs[high] - logs[low])

    return tried[min(range(LEFT_OUT + 1, lowest), key=slope)]
