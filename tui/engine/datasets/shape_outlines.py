"""The outlines of the built-in shapes, in whole numbers.

An outline is one or more closed contours, filled by the even-odd rule (so a second contour
inside the first is a hole), in thousandths of a radius about the shape's centre, x to the right
and y down. Everything that is drawn from them is computed in integers: the same picture comes
out bit for bit on every processor and with every NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Contour = tuple[tuple[int, int], ...]
Outline = tuple[Contour, ...]

RADIUS = 1000
"""The radius of the circle that an outline just fits into, in its own units."""


def _around(radii: Sequence[float], turn: float = 0.0) -> Contour:
    """Points at equal angles about the centre, the first one at the top, at these radii."""
    step = 2 * math.pi / len(radii)
    return tuple(
        (
            round(RADIUS * radius * math.sin(index * step + turn)),
            round(-RADIUS * radius * math.cos(index * step + turn)),
        )
        for index, radius in enumerate(radii)
    )


def _fitted(points: Sequence[tuple[float, float]]) -> Contour:
    """Points moved to the middle of their extent and grown until the farthest lies at RADIUS."""
    middle_x = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
    middle_y = (min(y for _, y in points) + max(y for _, y in points)) / 2
    reach = max(math.hypot(x - middle_x, y - middle_y) for x, y in points)
    return tuple(
        (round(RADIUS * (x - middle_x) / reach), round(RADIUS * (y - middle_y) / reach))
        for x, y in points
    )


def _arc(
    centre_x: float, centre_y: float, radius: float, start: float, end: float, steps: int
) -> list[tuple[float, float]]:
    """Points on a circle from one angle to another, in degrees clockwise from the right."""
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(centre_x + radius * math.cos(a), centre_y + radius * math.sin(a)) for a in angles]


_ROUND = 60
"""Corners of a circle. At 60 the error is under a twelfth of a pixel at any size drawn here."""

OUTLINES: dict[str, Outline] = {
    "circle": (_around([1.0] * _ROUND),),
    "square": (_around([1.0] * 4, math.pi / 4),),
    "triangle": (_around([1.0] * 3),),
    "star": (_around([1.0, 0.42] * 5),),
    "cross": (
        _fitted(
            [
                *((-1, -3), (1, -3), (1, -1), (3, -1), (3, 1), (1, 1)),
                *((1, 3), (-1, 3), (-1, 1), (-3, 1), (-3, -1), (-1, -1)),
            ]
        ),
    ),
    "ring": (_around([1.0] * _ROUND), _around([0.56] * _ROUND)),
    # Those that the demo's trunk was trained on: none of them is one of the six above.
    "hexagon": (_around([1.0] * 6),),
    "spark": (_around([1.0, 0.36] * 4),),
    "gear": (_around([1.0, 1.0, 0.72, 0.72] * 8),),
    "half moon": (_fitted(_arc(0, 0, 1, 0, 180, 30)),),
    "crescent": (_fitted(_arc(0, 0, 1, 50, 310, 44) + _arc(0.72, 0, 0.77, 276, 84, 30)),),
    "heart": (
        _fitted(_arc(-0.5, 0, 0.5, 160, 360, 24) + _arc(0.5, 0, 0.5, 180, 380, 24) + [(0, 1.15)]),
    ),
    "arrow": (_fitted([(-5, -2), (1, -2), (1, -5), (6, 0), (1, 5), (1, 2), (-5, 2)]),),
    "angle": (_fitted([(-3, -3), (-0.8, -3), (-0.8, 0.8), (3, 0.8), (3, 3), (-3, 3)]),),
    "tee": (_fitted([(-3, -3), (3, -3), (3, -1), (1, -1), (1, 3), (-1, 3), (-1, -1), (-3, -1)]),),
    "frame": (_around([1.0] * 4, math.pi / 4), _around([0.55] * 4, math.pi / 4)),
    "hourglass": (_fitted([(-3, -3), (3, -3), (0.7, 0), (3, 3), (-3, 3), (-0.7, 0)]),),
    "drop": (_fitted([*_arc(0, 0, 1, -30, 210, 40), (0, -2)]),),
}
"""Every shape, by name."""

JOINTS: dict[str, tuple[int, ...]] = {
    "tip": (3,),
    "left barb": (2,),
    "right barb": (4,),
    "tail": (0, 6),
}
"""Keypoints of the arrow, which looks like itself at no other turn: the corners of its contour that
each is in the middle of."""
