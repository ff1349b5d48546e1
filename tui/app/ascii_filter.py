"""The last thing that is done to a line where the terminal takes ASCII alone.

Our own text is written in ASCII from the start, in words that are meant so. What is drawn by
Textual itself (borders, scrollbars, the palette, messages) passes through here.
"""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SIGNS = {
    **dict.fromkeys("│┃║▏▎▍▌▐▕╎┆┊", "|"),
    **dict.fromkeys("─━═╌┄┈▔‾", "-"),
    **dict.fromkeys("▁▂_", "_"),
    **dict.fromkeys("┌┐└┘╭╮╰╯├┤┬┴┼╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋", "+"),
    **dict.fromkeys("▖▗▘▝▙▛▜▟▚▞▃▄▅▆▇█▉▊▋▀▇■◼", "#"),
    **dict.fromkeys("•●◉⬤", "*"),
    **dict.fromkeys("○◌", "o"),
    **dict.fromkeys("▶▸❯›»→", ">"),
    **dict.fromkeys("◀◂❮‹«←", "<"),
    **dict.fromkeys("▼▾↓", "v"),
    **dict.fromkeys("▲▴↑", "^"),
    **dict.fromkeys("…⋯·", "."),
    **dict.fromkeys("–—‐−", "-"),
    **dict.fromkeys("✓✔", "x"),
    **dict.fromkeys("’‘", "'"),
    **dict.fromkeys("“”", '"'),
    "×": "x",
    "°": "o",
    "\xa0": " ",
}


class AsciiFilter(LineFilter):
    """Puts ASCII in the place of everything else, cell for cell."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line, in ASCII."""
        return [
            segment
            if segment.control or segment.text.isascii()
            else Segment(_ascii(segment.text), segment.style)
            for segment in segments
        ]


@lru_cache(4096)
def _ascii(text: str) -> str:
    return "".join(
        sign if sign.isascii() else _SIGNS.get(sign, "?").ljust(cell_len(sign))[: cell_len(sign)]
        for sign in text
    )
