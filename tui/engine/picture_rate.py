"""How many pictures a second a run trains on."""

from __future__ import annotations

import time

WINDOW = 2.0
"""Seconds over which it is measured."""


class PictureRate:
    """Pictures per second over the last moments."""

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []
        self.begin()

    def begin(self) -> None:
        """Measure from now on: what was before was no training."""
        self._marks = [(time.monotonic(), 0)]

    def add(self, pictures: int) -> float:
        """Take a step of so many; returns the rate."""
        now = time.monotonic()
        self._marks.append((now, pictures))
        while len(self._marks) > 2 and now - self._marks[1][0] > WINDOW:
            del self._marks[0]
        seconds = now - self._marks[0][0]
        return sum(count for _, count in self._marks[1:]) / seconds if seconds > 0 else 0.0
