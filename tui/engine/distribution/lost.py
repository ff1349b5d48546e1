"""A process of a run that is gone."""

from __future__ import annotations

import signal

from tui.engine.refusal import Refusal


class TrainerLost(Refusal):
    """A process that a run is divided over has gone: which, and what is known of it."""


def ending(code: int) -> str:
    """How a process has ended, by its exit code as `subprocess` gives it."""
    if code >= 0:
        return f"ended with exit code {code}; log.txt may say why"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    because = ", as the system does when memory runs out" if code == -signal.SIGKILL else ""
    return f"was ended by {name}{because}"
