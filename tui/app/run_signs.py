"""How the states of runs are told apart: a sign and a word each."""

from __future__ import annotations

from tui.app.glyphs import Glyphs
from tui.runs.listed import STATES, RunOutside

_SIGNS: dict[RunOutside, tuple[str, str]] = {
    "new": ("○", "o"),
    "running": ("▸", ">"),
    "paused": ("=", "="),
    "done": ("●", "*"),
    "stopped": ("◐", "%"),
    "failed": ("!", "!"),
    "lost": ("?", "?"),
    "broken": ("!", "!"),
}
"""One cell each: for UTF-8, and for terminals that have only ASCII."""

WIDTH = 2 + max(map(len, STATES))
"""Cells of a state."""


def state_text(state: RunOutside, signs: Glyphs) -> str:
    """The sign and the word."""
    return f"{_SIGNS[state][signs.ascii_only]} {state}"
