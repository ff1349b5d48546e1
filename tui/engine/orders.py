"""What a run was told to do while it goes on, in the order in which it was told.

Given by any thread, carried out by the main one, between two batches. Each is an event as soon
as it is taken, so that whoever looks on sees all of them, in one order.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from tui.runs.control import GoOn, KeepCheckpoint, Pause, SetLearningRate, Validate
from tui.runs.events import Commanded, Event, Notice

Order = KeepCheckpoint | Validate | SetLearningRate
"""What is done once, between two batches."""


class Orders:
    """The orders of one run. `emit` takes the event of each."""

    def __init__(self, emit: Callable[[Event], None] = lambda _: None) -> None:
        self._emit = emit
        self._changed = threading.Condition()
        self._waiting: deque[Order] = deque()
        self._stopping = False
        self._paused = False
        self._over = False
        self._woken = False
        self.checkpoint_at_stop = True

    @property
    def stopping(self) -> bool:
        """Whether the run is to end between two batches."""
        return self._stopping

    @property
    def paused(self) -> bool:
        """Whether the run is to wait between two batches."""
        return self._paused and not self._stopping

    def stop(self, words: str, *, checkpoint: bool = True) -> bool:
        """End the run; False where that was said before, or the last batch is done. May be called
        by a signal handler."""
        if self._stopping or self._over:
            return False
        self._stopping, self.checkpoint_at_stop = True, checkpoint
        # A signal handler runs on the main thread, which may hold a lock: not here.
        threading.Thread(target=self._wake, args=(words,)).start()
        return True

    def give(self, order: Order | Pause | GoOn) -> str:
        """Take an order. Returns why not; empty where it is taken."""
        with self._changed:
            if self._over:
                return "the last batch is done; there is nothing left to change"
            if self._stopping:
                return "the run is stopping"
            if isinstance(order, (Pause, GoOn)):
                wanted = isinstance(order, Pause)
                if self._paused == wanted:
                    return "the run is paused already" if wanted else "the run is not paused"
                self._paused = wanted
            else:
                self._waiting.append(order)
            self._emit(Commanded(in_words(order)))
            self._changed.notify_all()
        return ""

    def take(self) -> Order | None:
        """The oldest order that has not been carried out."""
        with self._changed:
            return self._waiting.popleft() if self._waiting else None

    def wait(self) -> None:
        """In a pause: until there is something to do, or the pause is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._woken or not self.paused)
            self._woken = False

    def close(self) -> None:
        """After the last batch: take no more, and say what was too late to be carried out."""
        with self._changed:
            self._over = True
            late = [in_words(order) for order in self._waiting]
            if self._paused and not self._stopping:
                late.append(in_words(Pause()))
            self._waiting.clear()
            if late:
                self._emit(Notice(f"told after the last batch, and not done: {', '.join(late)}"))

    def wake(self) -> None:
        """End a `wait`: something else is there that the run can do in a pause."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _wake(self, words: str) -> None:
        with self._changed:
            self._emit(Commanded(words))
            self._changed.notify_all()


def in_words(order: Order | Pause | GoOn) -> str:
    """A command as the log tells it."""
    match order:
        case Pause():
            return "pause"
        case GoOn():
            return "go on"
        case KeepCheckpoint():
            return "write a checkpoint"
        case Validate():
            return "validate"
        case SetLearningRate(rate):
            return f"learning rate {rate:g}"
