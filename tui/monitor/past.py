"""How memory and use have gone in the last minutes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

KEPT = 120
"""Snapshots that are remembered: four minutes at one in two seconds."""

HOST = "host"
"""The name of the host among the GPUs' labels."""


@dataclass(frozen=True, slots=True)
class Past:
    """Bytes used, and how busy, 0 to 1, in each snapshot, the newest last; None where that was
    not told."""

    used: tuple[int | None, ...] = ()
    busy: tuple[float | None, ...] = ()


class PastKeeper:
    """Remembers one device."""

    def __init__(self) -> None:
        self._used: deque[int | None] = deque(maxlen=KEPT)
        self._busy: deque[float | None] = deque(maxlen=KEPT)

    def add(self, used: int | None, busy: float | None) -> None:
        """Remember one more snapshot."""
        self._used.append(used)
        self._busy.append(busy)

    def so_far(self) -> Past:
        """All that is remembered."""
        return Past(tuple(self._used), tuple(self._busy))
