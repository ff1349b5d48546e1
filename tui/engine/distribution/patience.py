"""Waiting for MXNet, and hearing meanwhile that there is nothing left to wait for.

MXNet waits inside its own code, where nothing can end it: for a process that is gone, for ever.
So another thread waits in the place of the main one, which is left with what it heard.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TookTooLong(Exception):
    """It is not done in its time."""


class Patience:
    """Does what may wait for other processes, until one of them is known to be lost; then
    `when_lost` is called, on whatever thread."""

    def __init__(self, when_lost: Callable[[], None] = lambda: None) -> None:
        self.when_lost = when_lost
        self._changed = threading.Condition()
        self._lost: Exception | None = None
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="patience", daemon=True).start()

    @property
    def lost(self) -> Exception | None:
        """What was lost first; None where nothing is."""
        return self._lost

    def lose(self, error: Exception) -> None:
        """Tell that there is nothing to wait for any more. The first one counts."""
        with self._changed:
            self._lost = self._lost or error
            self._changed.notify_all()
        self.when_lost()

    def check(self) -> None:
        """See that all are there.

        Raises:
            TrainerLost: one of the processes is lost.
        """
        if self._lost is not None:
            raise self._lost

    def wait_for(self, there: Callable[[], bool], seconds: float) -> None:
        """Wait until something is there that `changed` tells of.

        Raises:
            TrainerLost: one of the processes is lost.
            TookTooLong: it is not there in time.
        """
        with self._changed:
            found = self._changed.wait_for(
                lambda: self._lost is not None or there(), max(0.0, seconds)
            )
        self.check()
        if not found:
            raise TookTooLong

    def changed(self) -> None:
        """Look again, whoever waits."""
        with self._changed:
            self._changed.notify_all()

    def do(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """Do what may take for ever, on another thread, and wait for it. What it raises is raised
        here.

        Raises:
            TrainerLost: one of the processes is lost; the work is left where it is.
            TookTooLong: it is not done in time.
        """
        self.check()
        done: list[T] = []
        failed: list[BaseException] = []

        def carry_out() -> None:
            try:
                done.append(work())
            except BaseException as error:
                failed.append(error)
            self.changed()

        self._work.put(carry_out)
        with self._changed:
            self._changed.wait_for(lambda: done or failed or self._lost is not None, seconds)
        if failed:
            raise failed[0]
        if done:
            return done[0]
        self.check()
        raise TookTooLong

    def _serve(self) -> None:
        while True:
            self._work.get()()
