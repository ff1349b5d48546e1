"""Alt+Enter, which most terminals send as Escape and Return in one go.

Textual 8 knows Alt with letters only and reads those two bytes as a plain Enter, which in the
pattern field would freeze what was to be thawed. Terminals with the kitty keyboard protocol are
not concerned.
"""

from __future__ import annotations

from enum import Enum
from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


class _Key(Enum):
    ALT_ENTER = "alt+enter"


def install() -> None:
    """Teach Textual's key table the two bytes."""
    # Typed as read-only, but a plain dictionary that the parser looks into at every key.
    table = cast("dict[str, tuple[_Key, ...]]", ANSI_SEQUENCES_KEYS)
    table["\x1b\r"] = (_Key.ALT_ENTER,)
