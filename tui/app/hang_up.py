"""Whether the terminal is gone.

Usually a signal says so and ends this process. It does not reach one that was started without the
signal (nohup) or on a terminal that does not control it: Textual would then read the end of its
input again and again, on a core of its own, for ever.
"""

from __future__ import annotations

import os
import select
import signal
import sys

LOOK_SECONDS = 2.0
"""Seconds between two looks."""

HUNG_UP = 128 + signal.SIGHUP
"""The exit code of a process that the signal has ended."""


def is_terminal(descriptor: int) -> bool:
    """Whether there is a terminal that can go away."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def is_gone(descriptor: int) -> bool:
    """Whether the other end of a terminal was closed. Waits for nothing and reads nothing."""
    poll = select.poll()
    poll.register(descriptor, 0)  # that it was closed is told whether or not it is asked for
    return any(told & (select.POLLHUP | select.POLLNVAL) for _, told in poll.poll(0))


def leave_if_gone() -> None:
    """End this process at once where the terminal is gone: there is nobody to say anything to,
    and nothing can be drawn. Runs and their trainers go on."""
    assert sys.__stdin__ is not None
    if is_gone(sys.__stdin__.fileno()):
        os._exit(HUNG_UP)
