"""A histogram drawn in text: one column a bin, in eighths of a row where the terminal can."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_WHOLE = " #"


def histogram(counts: Sequence[int], rows: int, *, ascii_only: bool = False) -> list[str]:
    """Bars of these heights, the highest `rows` high, as lines from the top down. A bin that
    holds anything shows something."""
    marks = _WHOLE if ascii_only else _EIGHTHS
    steps = len(marks) - 1
    most = max(counts, default=0)
    if not most:
        return [" " * len(counts)] * rows
    heights = [max(1, round(count / most * rows * steps)) if count else 0 for count in counts]
    return [
        "".join(marks[min(steps, max(0, height - row * steps))] for height in heights)
        for row in reversed(range(rows))
    ]


def axis(low: str, high: str, width: int) -> str:
    """What stands below: the lowest value at the left, the highest at the right."""
    return low + " " * max(1, width - len(low) - len(high)) + high
