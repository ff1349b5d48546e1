"""A curve of any length in bounded memory: values by step, in buckets that double as they fill."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.runs.step_spans import StepSpans

CAPACITY = 1024
"""Buckets of one series: at least as many as a chart 250 cells wide has columns of dots."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Some consecutive values: the last one's step, their mean, least and greatest."""

    step: int
    mean: float
    low: float
    high: float


@dataclass(slots=True)
class Series:
    """Values by step.

    Up to `CAPACITY` values each has a bucket of its own; beyond, `size` values share one. What
    is not finite is counted in `not_finite`, with the first such step, and kept out;
    `not_finite_at` tells all such steps.
    """

    capacity: int = CAPACITY
    size: int = 1
    not_finite: int = 0
    first_not_finite: int = 0
    not_finite_at: StepSpans = field(default_factory=StepSpans)
    count: int = 0
    _filled: int = 0
    _steps: array[int] = field(default_factory=lambda: array("q"))
    _means: array[float] = field(default_factory=lambda: array("d"))
    _lows: array[float] = field(default_factory=lambda: array("d"))
    _highs: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        """How many buckets there are."""
        return len(self._steps)

    def append(self, step: int, value: float | None) -> None:
        """Add the value of a step, which comes after all steps so far."""
        if value is None or not math.isfinite(value):
            self.not_finite += 1
            self.first_not_finite = self.first_not_finite or step
            self.not_finite_at.add(step)
            return
        self.count += 1
        if 0 < self._filled < self.size:
            self._filled += 1
            self._steps[-1] = step
            self._means[-1] += (value - self._means[-1]) / self._filled
            self._lows[-1] = min(self._lows[-1], value)
            self._highs[-1] = max(self._highs[-1], value)
            return
        if len(self._steps) == self.capacity:
            self._halve()
        self._steps.append(step)
        self._means.append(value)
        self._lows.append(value)
        self._highs.append(value)
        self._filled = 1

    def extend(self, steps: Sequence[int], values: Sequence[float | None]) -> None:
        """Add the values of several steps, as `append` does, but for how means are rounded."""
        # A sum is finite only if all of its parts are.
        if None in values or not math.isfinite(sum(values)):  # type: ignore[arg-type]
            for step, value in zip(steps, values, strict=True):
                self.append(step, value)
            return
        at = 0
        while at < len(values):
            if not 0 < self._filled < self.size:
                self.append(steps[at], values[at])
                at += 1
                continue
            part: Sequence[float] = values[at : at + self.size - self._filled]  # type: ignore[assignment]
            at += len(part)
            self._filled += len(part)
            self.count += len(part)
            self._steps[-1] = steps[at - 1]
            self._means[-1] += (sum(part) - len(part) * self._means[-1]) / self._filled
            self._lows[-1] = min(self._lows[-1], *part)
            self._highs[-1] = max(self._highs[-1], *part)

    def forget_from(self, step: int) -> None:
        """Take back what came at and after a step: a run that is resumed does it again."""
        self.not_finite_at.forget_from(step)
        if not self.not_finite_at:
            self.not_finite = self.first_not_finite = 0
        kept = len(self._steps)
        while kept and self._steps[kept - 1] >= step:
            kept -= 1
        for column in (self._steps, self._means, self._lows, self._highs):
            del column[kept:]
        self._filled = self.size
        self.count = min(self.count, kept * self.size)

    @property
    def last(self) -> Bucket | None:
        """The newest bucket."""
        return self._bucket(len(self._steps) - 1) if self._steps else None

    def buckets(self) -> list[Bucket]:
        """All buckets, oldest first."""
        return [self._bucket(index) for index in range(len(self._steps))]

    def at(self, step: int) -> Bucket | None:
        """The bucket that holds a step; None where the step comes after all of them."""
        index = bisect_left(self._steps, step)
        return self._bucket(index) if index < len(self._steps) else None

    def raw(self) -> list[tuple[float, float]]:
        """Steps with their values; where several share a bucket, its least and its greatest."""
        if self.size == 1:
            return list(zip(self._steps, self._means, strict=True))
        return [
            *zip(self._steps, self._lows, strict=True),
            *zip(self._steps, self._highs, strict=True),
        ]

    def line(self, factor: float) -> list[tuple[float, float]]:
        """Steps with their smoothed values."""
        return list(zip(self._steps, self.smoothed(factor), strict=True))

    def smoothed(self, factor: float) -> list[float]:
        """An exponential moving average, one value a bucket; `factor` 0 is none, 0.99 is much.

        The start is corrected for having no past. A bucket of many values weighs as many.
        """
        found: list[float] = []
        average, weight = 0.0, 0.0
        keep = factor**self.size
        for mean in self._means:
            average = keep * average + (1 - keep) * mean
            weight = keep * weight + (1 - keep)
            found.append(average / weight)
        return found

    def _bucket(self, index: int) -> Bucket:
        return Bucket(self._steps[index], self._means[index], self._lows[index], self._highs[index])

    def _halve(self) -> None:
        pairs = range(0, len(self._steps) - 1, 2)
        steps = array("q", (self._steps[i + 1] for i in pairs))
        means = array("d", ((self._means[i] + self._means[i + 1]) / 2 for i in pairs))
        lows = array("d", (min(self._lows[i], self._lows[i + 1]) for i in pairs))
        highs = array("d", (max(self._highs[i], self._highs[i + 1]) for i in pairs))
        self._steps, self._means, self._lows, self._highs = steps, means, lows, highs
        self.size *= 2
