"""An event log on a disk that may be full, or gone for a while: the trainer goes on."""

from __future__ import annotations

import logging
from collections import deque

from tui.runs.events import Event, Notice
from tui.runs.log import EventWriter

MOST_WAITING = 100_000
"""Events that are kept in memory while they cannot be written; the oldest give way."""

logger = logging.getLogger(__name__)


class PatientWriter:
    """Writes events, and what could not be written as soon as that is possible, in its order.

    Never raises: a run is worth more than its log. What is lost, and why, is told as soon as
    anything can be told again.
    """

    def __init__(self, writer: EventWriter, most_waiting: int = MOST_WAITING) -> None:
        self._writer = writer
        self._waiting: deque[Event] = deque(maxlen=most_waiting)
        self._why = ""
        self._late = 0
        self._lost = 0

    @property
    def written(self) -> int:
        """How many events the log holds."""
        return self._writer.written

    def write(self, event: Event) -> None:
        """Write an event, or keep it for later."""
        self._lost += len(self._waiting) == self._waiting.maxlen
        self._waiting.append(event)
        try:
            if self._why:
                self._writer.write(self._waiting[0])
                self._waiting.popleft()
                self._tell()
            while self._waiting:
                self._writer.write(self._waiting[0])
                self._waiting.popleft()
        except OSError as error:
            if not self._why:
                self._late = 0
                self._why = error.strerror or str(error)
                logger.warning("events cannot be written (%s); the run goes on", self._why)
            self._late += 1

    def _tell(self) -> None:
        late = f"{self._late:,} event{'s' * (self._late != 1)} came late"
        lost = f", {self._lost:,} were lost" if self._lost else ""
        why = self._why.lower()
        words = f"the log could not be written for a while ({why}): {late}{lost}"
        self._writer.write(Notice(words))
        self._why, self._lost = "", 0
