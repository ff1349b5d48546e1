"""The axes of a chart: ends and ticks at round numbers, which move seldom.

An axis that moves makes every cell of a chart change; one whose ends are round numbers stays
while the data grows within them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

WRITTEN_OUT = 5
"""Digits before or after the point, beyond which a number is written with an exponent."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high` with its ticks. A logarithmic one holds log10 of values."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    logarithmic: bool = False

    def column(self, value: float, columns: int) -> int:
        """In which of so many columns a value stands, counted from 0; outside of them where it is
        not on the axis."""
        # Halves go up, as they do in the plotting library.
        return math.floor((value - self.low) / (self.high - self.low) * (columns - 1) + 0.5)

    def value(self, column: int, columns: int) -> float:
        """What stands in the middle of a column."""
        return self.low + column / max(1, columns - 1) * (self.high - self.low)

    def legible(self, rows: int) -> Axis:
        """The same axis with one tick a row: the outer ones, and those between for which a row is
        left. Which of several on a row would be seen is not known."""
        taken: dict[int, int] = {}
        count = len(self.ticks)
        for number in sorted(range(count), key=lambda number: number not in (0, count - 1)):
            taken.setdefault(self.column(self.ticks[number], rows), number)
        kept = sorted(taken.values())
        ticks = tuple(self.ticks[number] for number in kept)
        return replace(self, ticks=ticks, labels=tuple(self.labels[number] for number in kept))

    def place(self, value: float) -> float | None:
        """Where a value stands on the axis; None where it has no logarithm."""
        if not self.logarithmic:
            return value
        return math.log10(value) if value > 0 else None


def step_axis(last: int, total: int, ticks: int) -> Axis:
    """The axis of steps: from 0 to a round number at or after the last step, and no further
    than the whole run."""
    end = 20
    for power in range(1, 12):
        found = [f * 10**power for f in (2, 5, 10) if f * 10**power >= last]
        if found:
            end = found[0]
            break
    if total:
        end = min(end, max(total, last))
    gap = max(1, int(_round_gap(end / max(1, ticks))))
    marks = tuple(float(mark) for mark in range(0, end + 1, gap))
    return Axis(0.0, float(end), marks, tuple(f"{int(mark):,}" for mark in marks))


def span_axis(low: int, high: int, ticks: int) -> Axis:
    """The axis of some steps out of all, from `low` to `high`."""
    high = max(high, low + 1)
    gap = max(1, int(_round_gap((high - low) / max(1, ticks))))
    marks = tuple(float(mark) for mark in range(-(-low // gap) * gap, high + 1, gap))
    return Axis(float(low), float(high), marks, tuple(f"{int(mark):,}" for mark in marks))


SAME = 1e-6
"""The share of a value by which others may differ and still be the same: no label tells them apart,
and the marks of much smaller differences would be one number."""

NOTHING = 1e-300
"""What is less is as good as 0: it is written with fewer and fewer digits."""


def value_axis(values: Sequence[float], ticks: int, *, logarithmic: bool = False) -> Axis:
    """The axis of values that holds all of these; values without a logarithm are passed over
    on a logarithmic one."""
    if logarithmic:
        return _logarithmic([value for value in values if value > 0])
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if 0 <= low <= high / 2:
        low = 0.0
    largest = max(abs(low), abs(high))
    if high - low <= max(SAME * largest, NOTHING):
        pad = largest / 2 if largest > NOTHING else 1.0
        low, high = (0.0 if low - pad >= 0 else low - pad), high + pad
    gap = _round_gap((high - low) / max(1, ticks))
    first, last = math.floor(low / gap + 1e-9), math.ceil(high / gap - 1e-9)
    decimals = max(0, -math.floor(math.log10(gap)))
    marks = tuple(index * gap for index in range(first, last + 1))
    # Written out, very large and very small numbers would leave the curves no room.
    short = decimals > WRITTEN_OUT or max(map(abs, marks)) >= 10**WRITTEN_OUT
    form = (lambda mark: f"{mark:.6g}") if short else (lambda mark: f"{mark:.{decimals}f}")
    return Axis(marks[0], marks[-1], marks, tuple(map(form, marks)))


def _logarithmic(values: Sequence[float]) -> Axis:
    low, high = (min(values), max(values)) if values else (0.1, 1.0)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if first == last:
        last += 1
    marks = [
        (power, factor)
        for power in range(first, last + 1)
        for factor in ((1, 2, 5) if last - first <= 2 else (1,))
        if power < last or factor == 1
    ]
    return Axis(
        float(first),
        float(last),
        tuple(power + math.log10(factor) for power, factor in marks),
        tuple(f"{factor * 10.0**power:g}" for power, factor in marks),
        logarithmic=True,
    )


def _round_gap(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least `least`."""
    if least <= 0:
        return 1.0
    power = math.floor(math.log10(least))
    for factor in (1, 2, 5, 10):
        if factor * 10.0**power >= least * (1 - 1e-9):
            return float(factor * 10.0**power)
    return float(10.0 ** (power + 1))
