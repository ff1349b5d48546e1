"""How long a terminal takes to answer: the time there and back, measured while nothing waits.

The terminal is asked where its cursor stands, which nearly all answer; one that does not is not
asked again. tmux answers for the terminal behind it, so within tmux a slow link is not noticed.
"""

from __future__ import annotations

import time
from collections.abc import Callable

QUESTION = "\x1b[6n"

SLOW_SECONDS = 0.2
"""From here on the eye sees that each key is waited for."""

ROUNDS = 3
"""The quickest of so many counts: a machine that is busy answers late as well."""


class Link:
    """Asks the terminal a few times. `write` writes to it."""

    def __init__(
        self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._clock = clock
        self._asked_at: float | None = None
        self._times: list[float] = []

    def ask(self) -> None:
        """Begin to measure."""
        self._asked_at = self._clock()
        self._write(QUESTION)

    def answered(self) -> float | None:
        """The terminal has answered. The seconds there and back, once they are known."""
        if self._asked_at is None:
            return None
        self._times.append(self._clock() - self._asked_at)
        self._asked_at = None
        if len(self._times) < ROUNDS and self._times[-1] >= SLOW_SECONDS:
            self.ask()
            return None
        return min(self._times)

    @staticmethod
    def is_slow(seconds: float) -> bool:
        """Whether so long is worth an offer."""
        return seconds >= SLOW_SECONDS
