"""Is a box one? Cut to its picture, or refused by kind."""

from __future__ import annotations

import math

from tui.engine.datasets.survey import Box

SLACK = 1.5
"""Pixels by which boxes stick out of their pictures because programs count from 0 or from 1."""

NO_NUMBER = "a box without numbers"
TURNED = "a box turned over"
EMPTY = "a box without area"
AWAY = "a box outside the picture"
CUT = "a box cut to the picture"


def checked_box(box: Box, width: float, height: float) -> tuple[Box | None, str | None]:
    """The box cut to its picture, or None, and of what kind its problem is, if it has one."""
    if not all(math.isfinite(edge) for edge in box):
        return None, NO_NUMBER
    left, top, right, bottom = box
    if right < left or bottom < top:
        return None, TURNED
    if right == left or bottom == top:
        return None, EMPTY
    cut = (max(0.0, left), max(0.0, top), min(width, right), min(height, bottom))
    if not (cut[0] < cut[2] and cut[1] < cut[3]):
        return None, AWAY
    out = max(abs(edge - before) for edge, before in zip(cut, box, strict=True))
    return cut, CUT if out > SLACK else None
