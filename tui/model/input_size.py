"""The size of an input picture as people write it."""

from __future__ import annotations

import re

LEAST, MOST = 16, 8192
"""Pixels of a side."""


def parse_input_size(text: str) -> tuple[int, int]:
    """Height and width in pixels of `300` or `300x400`.

    Raises:
        ValueError: it is no such text, or a side is out of range; the message says what is right.
    """
    found = re.fullmatch(r"(\d{1,9})(?:\s*[x×,]\s*(\d{1,9}))?", text.strip())
    if not found:
        raise ValueError("give one side (300) or height×width (300x400)")
    height, width = int(found[1]), int(found[2] or found[1])
    if not all(LEAST <= side <= MOST for side in (height, width)):
        raise ValueError(f"each side is {LEAST} to {MOST} pixels")
    return height, width
