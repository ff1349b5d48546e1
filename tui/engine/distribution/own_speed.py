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
        self._seconds = 0.0
        self._pictures = 0
        self._steps = 0

    @property
    def measures(self) -> bool:
        """Whether this step is measured."""
        return self._steps % MEASURE_EVERY == 0

    def take(self) -> None:
        """A batch of a step begins, unless one before it is still on its way."""
        if self._began is None:
            self._began = time.monotonic()

    def add(self, pictures: int) -> None:
        """So many pictures were sent through."""
        self._pictures += pictures

    def back(self) -> None:
        """All gradients of what was taken are there: what follows is waiting."""
        if self._began is not None:
            self._seconds += time.monotonic() - self._began
            self._began = None

    def made(self) -> None:
        """The step is made; where it is measured, all that was taken is back."""
        if self.measures and self._pictures and self._seconds > 0:
            self.pictures_per_second = self._pictures / self._seconds
        self._began, self._seconds, self._pictures = None, 0.0, 0
        self._steps += 1
