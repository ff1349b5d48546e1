"""The processes that read a run's batches, from the trainer's side."""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tui.engine.distribution.lost import ending
from tui.engine.input.source import BatchSource
from tui.engine.input.wire import Packed, opened, packed, receive, send
from tui.engine.input.worker import Failed
from tui.engine.refusal import Refusal

AHEAD = 2
"""Batches that each worker reads, or has read, before they are asked for."""
PATIENCE = 2.0
"""Seconds in which a process that has hung up must have ended."""

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MXNET_CPU_WORKER_NTHREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
}
"""A worker's environment: many of them beat many threads in each."""


class WorkerLost(Refusal):
    """A process that reads pictures has died: which, and what is known of it."""


class BatchWorkers:
    """Reads batches in processes of their own, those that come next ahead of time.

    Which worker reads a batch makes no difference to it. `epochs` is the last one that is read.
    To be made on the main thread: a worker ends with the thread that has started it.

    Raises:
        Exception: the source cannot be handed to another process; of whatever kind its parts raise.
    """

    def __init__(self, source: BatchSource, count: int, epochs: int) -> None:
        self.source = source
        self._epochs = epochs
        self._workers: list[_Worker] = []
        self._asked: deque[tuple[int, int, _Worker]] = deque()
        self._turn = 0
        self._next = (0, 0)
        with_source = packed(source)
        try:
            for number in range(count):
                self._workers.append(_Worker(f"worker {number + 1} of {count}", with_source))
        except BaseException:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        """The processes, by number."""
        return [worker.process.pid for worker in self._workers]

    def take(self, epoch: int, number: int) -> Any:
        """A batch; waits for it where it is not there yet.

        Raises:
            WorkerLost: the process that was to read it is gone.
            Refusal: too many pictures cannot be read.
        """
        while self._asked and self._asked[0][:2] != (epoch, number):
            self._asked.popleft()[2].take()  # read for nothing: the run goes on elsewhere
        if not self._asked:
            self._next = (epoch, number)
        self._ask_ahead()
        answer = self._asked.popleft()[2].take()
        # Only now: a worker that is done with one is to have the next one at once.
        self._ask_ahead()
        if isinstance(answer, Failed):
            raise Refusal(answer.line) if answer.refused else RuntimeError(answer.line)
        return answer.batch

    def close(self) -> None:
        """End all of them, whatever they are at."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        self._asked.clear()

    def _ask_ahead(self) -> None:
        while len(self._asked) < AHEAD * len(self._workers) and self._next[0] <= self._epochs:
            worker = self._workers[self._turn]
            self._turn = (self._turn + 1) % len(self._workers)
            epoch, number = self._next
            worker.send((epoch, number))
            self._asked.append((epoch, number, worker))
            more = number + 1 < len(self.source)
            self._next = (epoch, number + 1) if more else (epoch + 1, 0)


@dataclass
class _Worker:
    """One process, and a thread that gives it its source, and then takes what it sends, so that
    it never waits with a batch that is ready."""

    name: str
    source: Packed
    process: subprocess.Popen[bytes] = field(init=False)
    _connection: Connection = field(init=False)
    _begun: threading.Event = field(default_factory=threading.Event)
    _received: queue.SimpleQueue[Packed | None] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            theirs_number = theirs.fileno()
            self._connection = Connection(ours.detach())
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tui.engine.input.worker",
                    str(theirs_number),
                    str(os.getpid()),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs_number,),
                env={**os.environ, **ONE_THREAD},
            )
        threading.Thread(target=self._listen, name=self.name, daemon=True).start()

    def send(self, message: Any) -> None:
        self._begun.wait()
        try:
            send(self._connection, packed(message))
        except OSError:
            raise self._lost() from None

    def take(self) -> Any:
        received = self._received.get()
        if received is None:
            self._received.put(None)  # for whoever asks again
            raise self._lost()
        return opened(received)

    def end(self) -> None:
        # It has nothing that must be kept, and may be in the middle of a large picture. The
        # thread sees its end.
        self.process.kill()
        self.process.wait()

    def _listen(self) -> None:
        try:
            send(self._connection, self.source)
            self._begun.set()
            while True:
                self._received.put(receive(self._connection))
        except (EOFError, OSError):
            self._received.put(None)
        finally:
            self._begun.set()

    def _lost(self) -> WorkerLost:
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            what = "hung up"
        else:
            what = ending(code)
        return WorkerLost(f"{self.name}, which reads pictures (process {self.process.pid}), {what}")
