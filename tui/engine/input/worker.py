"""A process that reads batches for a trainer: `python -m tui.engine.input.worker FD PARENT`.

It is started anew, not forked: MXNet's threads are at work in the trainer by then, and a fork has
none of them, but all of their locks. It ends when the trainer does, however that ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Read:
    """A batch."""

    batch: object


@dataclass(frozen=True)
class Failed:
    """A batch cannot be read; `refused` where the line is meant for people as it stands."""

    line: str
    refused: bool


def serve(connection: Connection) -> None:
    """Take a source, then read what is asked for until the other end is gone."""
    from tui.engine.input.wire import opened, packed, receive, send
    from tui.engine.refusal import Refusal, in_one_line

    source = opened(receive(connection))
    while True:
        epoch, number = opened(receive(connection))
        answer: Read | Failed
        try:
            answer = Read(source.read(epoch, number))
        except Refusal as error:
            answer = Failed(str(error), refused=True)
        except Exception as error:  # transforms raise what they like
            traceback.print_exc()
            answer = Failed(f"{type(error).__name__}: {in_one_line(error)}", refused=False)
        send(connection, packed(answer))


def _end_with(parent: int) -> None:
    """Be killed when the trainer is, even in the middle of a picture, where the system can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def main(arguments: list[str]) -> int:
    """Serve at the end of a socket that was handed down."""
    descriptor, parent = (int(argument) for argument in arguments)
    # Whoever stops a run, or a whole group of processes, means the trainer: it says when to end.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    _end_with(parent)
    with contextlib.suppress(EOFError, OSError):  # the trainer is done, or gone
        serve(Connection(descriptor))
    return 0


if __name__ == "__main__":
    # As the module that it is imported as, or its answers would be of another one's classes.
    from tui.engine.input import worker

    sys.exit(worker.main(sys.argv[1:]))
