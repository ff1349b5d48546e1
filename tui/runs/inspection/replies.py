"""What every question can be answered with."""

from __future__ import annotations

import msgspec


class Phase(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """What the inspector is about to do: `importing MXNet`. Where bytes are fetched, `done` is
    how many there are, and `total` how many there will be (0: not known)."""

    doing: str
    done: int = 0
    total: int = 0


class Refused(msgspec.Struct, frozen=True, tag=True, omit_defaults=True):
    """It could not be done: one line that says what, why, and what to do. `lacking` is the name
    under which the zoo keeps weights that are not on this disk and might be fetched, where that
    is all that is wrong."""

    message: str
    lacking: str = ""


class NothingOpen(msgspec.Struct, frozen=True, tag=True):
    """The question is about the open model, and there is none: this process is a new one."""
