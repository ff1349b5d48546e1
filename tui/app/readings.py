"""Readings of a run as the screen writes them: losses, rates, durations."""

from __future__ import annotations

import math


def loss(value: float | None) -> str:
    """A loss or metric in at most nine cells: `1.2345`, `0.0312`, `3.1e-06`, `12345`."""
    if value is None or math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    size = abs(value)
    if size and (size < 0.001 or size >= 1e6):
        return f"{value:.2e}"
    return f"{value:.4f}" if size < 10 else f"{value:.2f}" if size < 1000 else f"{value:.0f}"


def rate(value: float) -> str:
    """Pictures a second: `8.31`, `12.3`, `431`."""
    if not math.isfinite(value):
        return "?"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def duration(seconds: float) -> str:
    """A time span on a clock: `0:07`, `12:40`, `3:05:12`, `2 d 04:10`."""
    whole = max(0, int(seconds))
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours:02}:{minutes:02}"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
