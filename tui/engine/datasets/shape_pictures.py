"""Pictures of shapes, drawn by code: where the shapes lie, and the painting.

All of it is integer arithmetic, and chance comes from NumPy's legacy generator, whose stream is
frozen (NEP 19). So a picture depends on its numbers alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tui.engine.datasets.shape_outlines import OUTLINES, RADIUS, Outline

Ints = npt.NDArray[np.int64]
Picture = npt.NDArray[np.uint8]

_FINE = 4
"""Samples along each side of a pixel; a pixel's coverage counts _FINE × _FINE of them."""
_UNIT = 16
"""Units of length between two samples."""
_PIXEL = _FINE * _UNIT
FULL = _FINE * _FINE
"""The coverage of a pixel that lies wholly inside."""
_ONE = 4096
"""What sines and cosines are multiplied by before they are rounded to whole numbers."""
_NINE: Ints = np.array(
    [
        (round(_ONE * math.cos(angle)), round(_ONE * math.sin(angle)))
        for angle in (2 * math.pi * corner / 9 for corner in range(9))
    ]
)
"""Nine directions, all around."""
_ATTEMPTS = 20
"""How often a place is looked for before a picture makes do with fewer shapes."""
_GAP = 2
"""Free pixels between two shapes, at least."""


@dataclass(frozen=True)
class Stencil:
    """How much of each pixel something covers (height×width, 0 to 16), and where: the picture's
    column and row of its upper left corner. Its outermost rows and columns are not empty."""

    coverage: Ints
    left: int
    top: int

    @property
    def window(self) -> tuple[slice, slice]:
        """The pixels of the picture that it lies on."""
        height, width = self.coverage.shape
        return slice(self.top, self.top + height), slice(self.left, self.left + width)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """xmin, ymin, xmax, ymax: the outer edges of the outermost pixels it touches."""
        height, width = self.coverage.shape
        return self.left, self.top, self.left + width, self.top + height


@dataclass(frozen=True)
class Placed:
    """A shape in its place. `kind` is its index in the names that were asked for, `outer` its outer
    contour: points×2, in 64ths of a pixel."""

    kind: int
    stencil: Stencil
    outer: Ints

    @property
    def polygons(self) -> tuple[tuple[float, ...], ...]:
        """Its outer contour as one polygon: x, y, x, y, … in pixels."""
        return (tuple((self.outer / _PIXEL).ravel().tolist()),)

    def joints(self, corners: Iterable[tuple[int, ...]]) -> list[tuple[float, float]]:
        """x and y, in pixels, of the middle of corners of its outer contour."""
        return [tuple((self.outer[list(of)].mean(axis=0) / _PIXEL).tolist()) for of in corners]


@dataclass(frozen=True)
class Layout:
    """What kinds of shapes a picture has, how many, and how large (their circumscribed circle's
    diameter in 128ths of the picture's side), each as least and most."""

    kinds: tuple[str, ...]
    count: tuple[int, int] = (1, 4)
    diameter: tuple[int, int] = (26, 64)


def place(chance: np.random.RandomState, layout: Layout, size: int) -> list[Placed]:
    """Find kinds, sizes, turns and places in a picture of size×size pixels. No two shapes touch,
    and their boxes overlap by a little at most."""
    taken = np.zeros((size, size), dtype=bool)
    found: list[Placed] = []
    for _ in range(_between(chance, layout.count)):
        kind = int(chance.randint(len(layout.kinds)))
        for _ in range(_ATTEMPTS):
            diameter = _between(chance, layout.diameter)
            turned = _turned(
                OUTLINES[layout.kinds[kind]],
                radius=max(2 * _PIXEL, diameter * size * _PIXEL // 256),
                degrees=int(chance.randint(360)),
            )
            points = np.concatenate(turned)
            least, extent = points.min(axis=0), np.ptp(points, axis=0)
            room = np.maximum(0, size * _PIXEL - extent)
            corner = np.array([int(chance.randint(int(most) + 1)) for most in room])
            if any(_crowds(corner, extent, other.stencil.box) for other in found):
                continue
            stencil = rasterize([contour + (corner - least) for contour in turned], size)
            if not (taken[stencil.window] & (stencil.coverage > 0)).any():
                found.append(Placed(kind, stencil, turned[0] + (corner - least)))
                _take(taken, stencil)
                break
    return found


def _crowds(corner: Ints, extent: Ints, box: tuple[int, int, int, int]) -> bool:
    """Whether a box overlaps another, in pixels, by more than a quarter of the smaller one."""
    left, top = corner // _PIXEL
    right, bottom = (corner + extent) // _PIXEL + 1
    width = min(right, box[2]) - max(left, box[0])
    height = min(bottom, box[3]) - max(top, box[1])
    smaller = min((right - left) * (bottom - top), (box[2] - box[0]) * (box[3] - box[1]))
    return bool(width > 0 and height > 0 and 4 * width * height > smaller)


def paint(chance: np.random.RandomState, placed: Sequence[Placed], size: int) -> Picture:
    """Paint a picture, size×size×3: background, clutter, the shapes, and grain over all."""
    canvas = _background(chance, size)
    for _ in range(int(chance.randint(3, 9))):
        stencil = _clutter(chance, size)
        strength = int(chance.randint(5, 13))
        _lay(canvas, stencil, _colour(chance), strength)
    for shape in placed:
        window = shape.stencil.window
        under = canvas[window].sum(axis=(0, 1)) // shape.stencil.coverage.size
        _lay(canvas, shape.stencil, _fill(chance, shape.stencil, under), FULL)
    grain = int(chance.randint(0, 9))
    canvas += chance.randint(-grain, grain + 1, canvas.shape)
    return canvas.clip(0, 255).astype(np.uint8)


def rasterize(contours: Sequence[Ints], size: int) -> Stencil:
    """Fill closed contours (points×2, in 64ths of a pixel) by the even-odd rule, inside a
    picture of size×size; at least one pixel is covered or the contours were outside of it."""
    starts = np.concatenate(contours)
    ends = np.concatenate([points for c in contours for points in (c[1:], c[:1])])
    left, top = np.maximum(0, np.minimum(size - 1, starts.min(axis=0) // _PIXEL)).tolist()
    right, bottom = np.maximum(1, np.minimum(size, starts.max(axis=0) // _PIXEL + 1)).tolist()
    height, width = (bottom - top) * _FINE, (right - left) * _FINE
    origin = np.array([left, top]) * _PIXEL
    (x0, y0), (x1, y1) = (starts - origin).T, (ends - origin).T
    # A row of samples enters or leaves the area where it crosses an edge: mark the first sample
    # beyond each crossing, then count along the row and look at the parity.
    rows = np.arange(height)[:, None] * _UNIT + _UNIT // 2
    row, edge = np.nonzero((y0 <= rows) != (y1 <= rows))
    across, rise = (x1 - x0)[edge], (y1 - y0)[edge]
    reach = (x0[edge] - _UNIT // 2) * rise + across * (rows[row, 0] - y0[edge])
    column = np.maximum(0, np.minimum(width, reach // (rise * _UNIT) + 1))
    marks = np.bincount(row * (width + 1) + column, minlength=height * (width + 1))
    passed = np.add.accumulate(
        marks.astype(np.uint8).reshape(height, width + 1), axis=1, dtype=np.uint8
    )
    inside = (passed & 1)[:, :width].reshape(bottom - top, _FINE, right - left, _FINE)
    return _trimmed(np.einsum("ykxl->yx", inside), left, top)


def _trimmed(coverage: npt.NDArray[np.uint8], left: int, top: int) -> Stencil:
    rows, columns = np.flatnonzero(coverage.any(axis=1)), np.flatnonzero(coverage.any(axis=0))
    if not rows.size:
        return Stencil(coverage[:0, :0].astype(np.int64), left, top)
    kept = coverage[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Stencil(kept.astype(np.int64), left + int(columns[0]), top + int(rows[0]))


def _turned(outline: Outline, radius: int, degrees: int) -> list[Ints]:
    cosine = round(_ONE * math.cos(math.radians(degrees)))
    sine = round(_ONE * math.sin(math.radians(degrees)))
    turn = np.array([[cosine, sine], [-sine, cosine]])
    return [np.array(contour) @ turn * radius // (_ONE * RADIUS) for contour in outline]


def _take(taken: npt.NDArray[np.bool_], stencil: Stencil) -> None:
    """Mark what a stencil covers, and the gap around it, as taken."""
    height, width = stencil.coverage.shape
    size = len(taken)
    covered = stencil.coverage > 0
    grown = np.zeros((height + 2 * _GAP, width + 2 * _GAP), dtype=bool)
    for down in range(2 * _GAP + 1):
        for right in range(2 * _GAP + 1):
            grown[down : down + height, right : right + width] |= covered
    top, left = stencil.top - _GAP, stencil.left - _GAP
    cut = grown[max(0, -top) : size - top, max(0, -left) : size - left]
    top, left = max(0, top), max(0, left)
    taken[top : top + cut.shape[0], left : left + cut.shape[1]] |= cut


def _between(chance: np.random.RandomState, limits: tuple[int, int]) -> int:
    return int(chance.randint(limits[0], limits[1] + 1))


def _lay(canvas: Ints, stencil: Stencil, colour: Ints, strength: int) -> None:
    """Lay a colour (3, or height×width×3) over what a stencil covers; strength is of 16."""
    share = stencil.coverage[..., None] * strength
    under = canvas[stencil.window]
    canvas[stencil.window] = (under * (FULL * FULL - share) + colour * share) // (FULL * FULL)


def _colour(chance: np.random.RandomState, brightest: int = 255, strongest: int = 255) -> Ints:
    """Any hue, from pale to strong and from dark to bright."""
    value = int(chance.randint(60, brightest + 1))
    strength = int(chance.randint(20, strongest + 1))
    low = value * (255 - strength) // 255
    # Between the strongest and the weakest of the three channels, in every order: all hues.
    channels = [low, low + (value - low) * int(chance.randint(256)) // 255, value]
    colour: Ints = np.array(channels)[chance.permutation(3)]
    return colour


def _fill(chance: np.random.RandomState, stencil: Stencil, under: Ints) -> Ints:
    """A colour, or a run from one to another, that stands out from what it is laid on."""
    colour = _standing_out(chance, under)
    if chance.randint(3):
        return colour
    other = _standing_out(chance, under)
    height, width = stencil.coverage.shape
    run = (
        np.arange(height)[:, None] * 256 // height
        if chance.randint(2)
        else (np.arange(width)[None, :] * 256 // width)
    )
    share = np.broadcast_to(run, (height, width))[..., None]
    blend: Ints = (colour * (256 - share) + other * share) // 256
    return blend


def _standing_out(chance: np.random.RandomState, under: Ints) -> Ints:
    colour = _colour(chance)
    for _ in range(_ATTEMPTS):
        if np.abs(colour - under).sum() >= 150:
            break
        colour = _colour(chance)
    return colour


def _background(chance: np.random.RandomState, size: int) -> Ints:
    """A run of colour with patches, and on some a pattern of stripes or squares."""
    cells = int(chance.randint(2, 7))
    base = _colour(chance, brightest=210, strongest=150)
    spread = int(chance.randint(10, 45))
    knots = base + chance.randint(-spread, spread + 1, (cells + 1, cells + 1, 3))
    # Between two knots, linear: each pixel is a sum of the four around it.
    along = np.arange(size) * cells * 64 // size
    weights = (64 - np.abs(along[:, None] - np.arange(cells + 1) * 64)).clip(0)
    rows_done = (weights @ knots.reshape(cells + 1, -1)).reshape(size, cells + 1, 3)
    canvas: Ints = np.matmul(weights, rows_done) // (64 * 64)
    pattern = int(chance.randint(4))
    period = int(chance.randint(size // 20 + 2, size // 6 + 3))
    depth = int(chance.randint(6, 22))
    slant, offset = int(chance.randint(-2, 3)), int(chance.randint(size))
    rows, columns = np.arange(size)[:, None] + offset, np.arange(size)[None, :] + offset
    if pattern == 0:
        canvas += ((2 * columns + slant * rows) // period % 2 * depth)[..., None]
    elif pattern == 1:
        canvas += ((rows // period + columns // period) % 2 * depth)[..., None]
    return canvas


def _clutter(chance: np.random.RandomState, size: int) -> Stencil:
    """Something that is no shape of any class: a line, a thin bent line, a dot or a blot."""
    unit = size * _PIXEL // 128
    start = chance.randint(0, size * _PIXEL, 2)
    which = int(chance.randint(4))
    if which == 0:
        return _stroke([start, chance.randint(0, size * _PIXEL, 2)], unit // 2, size, chance)
    if which == 1:
        steps = chance.randint(-14 * unit, 14 * unit + 1, (5, 2))
        bend = np.concatenate([start[None], start + np.cumsum(steps, axis=0)])
        return _stroke(list(bend), unit // 2, size, chance)
    if which == 2:
        radius = int(chance.randint(unit, 3 * unit))
        return rasterize([c + start for c in _turned(OUTLINES["circle"], radius, 0)], size)
    radii = chance.randint(3 * unit, 13 * unit, (len(_NINE), 1))
    return rasterize([start + radii * _NINE // _ONE], size)


def _stroke(
    points: Sequence[Ints], least: int, size: int, chance: np.random.RandomState
) -> Stencil:
    """A line through points: down one side and back along the other, as one contour."""
    width = int(chance.randint(least, 4 * least))
    across = np.array([width, width // 2]) if chance.randint(2) else np.array([-width // 2, width])
    line = np.array(points)
    return rasterize([np.concatenate([line - across // 2, (line + across // 2)[::-1]])], size)
