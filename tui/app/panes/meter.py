"""Shares as rows of signs of one colour: what is used of a whole, and how that has gone."""

from __future__ import annotations

from collections.abc import Sequence

from tui.app.glyphs import glyphs

_HEIGHTS, _ASCII_HEIGHTS = "▁▂▃▄▅▆▇█", ".:-=+*%#"
_FILLS, _ASCII_FILLS = ("█", "▒", "·"), ("#", "+", ".")


def signs() -> tuple[str, str, str]:
    """What stands for ours, for others' and for what is free."""
    return _ASCII_FILLS if glyphs().ascii_only else _FILLS


def bar(width: int, *shares: float) -> str:
    """Ours and others' of a whole, each 0 to 1; what is not nothing has at least one cell."""
    cells, left = "", width
    for sign, share in zip(signs(), shares, strict=False):
        count = min(left, max(round(share * width), 1 if share > 0 else 0))
        cells, left = cells + sign * count, left - count
    return cells + signs()[2] * left


def history(width: int, shares: Sequence[float | None]) -> str:
    """The newest shares, 0 to 1, as heights, the newest at the right; a gap where none was told."""
    newest = shares[-width:] if width > 0 else ()
    return "".join(map(_height, newest)).rjust(max(0, width))


def _height(share: float | None) -> str:
    heights = _ASCII_HEIGHTS if glyphs().ascii_only else _HEIGHTS
    if share is None:
        return " "
    return heights[min(len(heights) - 1, max(0, int(share * len(heights))))]
