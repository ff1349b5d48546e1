"""How fast one process of a run is by itself: without its waiting for the others."""

from __future__ import annotations

import time

MEASURE_EVERY = 10
"""Steps between two measurements: at one, gradients are waited for before they are sent off."""


class OwnSpeed:
    """Measures some of the steps. In between, what was measured last stands."""

    def __init__(self) -> None:
        self.pictures_per_second = 0.0
        self._began: float | None = None
        self._pictures = 0
        self._steps = 0

    @property
    def measures(self) -> bool:
        """Whether this step is measured."""
        return self._steps % MEASURE_EVERY == 0

    def take(self) -> None:
        """A batch of a step begins."""
        if self._began is None:
            self._began, self._pictures = time.monotonic(), 0

    def add(self, pictures: int) -> None:
        """So many pictures were sent through."""
        self._pictures += pictures

    def made(self) -> None:
        """All gradients of the step are there; where it is not measured, they need not be."""
        if self.measures and self._began is not None and self._pictures:
            seconds = time.monotonic() - self._began
            self.pictures_per_second = self._pictures / seconds if seconds > 0 else 0.0
        self._began = None
        self._steps += 1
