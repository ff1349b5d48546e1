from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from tui.engine.datasets.shape_outlines import OUTLINES, RADIUS
from tui.engine.datasets.shape_pictures import Layout, paint, place, rasterize
from tui.engine.seeding import generator

SIZE = 96
PIXEL = 64


def covered(contours: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Coverage of every pixel, one sample point after the other: an independent even-odd fill."""
    samples = np.arange(SIZE * 4) * 16 + 8
    inside = np.zeros((len(samples), len(samples)), dtype=bool)
    for contour in contours:
        for (x0, y0), (x1, y1) in zip(contour, np.roll(contour, -1, axis=0), strict=True):
            for row, y in enumerate(samples):
                if (y0 <= y) != (y1 <= y):
                    inside[row] ^= samples > x0 + (x1 - x0) * (y - y0) / (y1 - y0)
    return inside.reshape(SIZE, 4, SIZE, 4).sum(axis=(1, 3))


@pytest.mark.parametrize("name", OUTLINES)
def test_an_outline_fits_its_circle(name: str) -> None:
    points = np.concatenate([np.array(contour) for contour in OUTLINES[name]])
    assert np.hypot(*points.T).max() == pytest.approx(RADIUS, abs=1)


@pytest.mark.parametrize("name", ["circle", "star", "ring", "crescent", "hourglass"])
@pytest.mark.parametrize("centre", [(48 * PIXEL, 40 * PIXEL + 7), (5 * PIXEL + 3, 95 * PIXEL)])
def test_rasterize_fills_by_the_even_odd_rule(name: str, centre: tuple[int, int]) -> None:
    contours = [np.array(contour) * 2 + centre for contour in OUTLINES[name]]
    expected = covered(contours)
    stencil = rasterize(contours, SIZE)
    drawn = np.zeros((SIZE, SIZE), dtype=int)
    drawn[stencil.window] = stencil.coverage
    assert (drawn == expected).all()

    rows, columns = np.nonzero(expected)
    assert stencil.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_a_contour_outside_of_the_picture_covers_nothing() -> None:
    square = np.array([(0, 0), (500, 0), (500, 500), (0, 500)])
    for shift in ((-900, 0), (SIZE * PIXEL + 10, 0), (0, -900), (0, SIZE * PIXEL + 10)):
        assert not rasterize([square + shift], SIZE).coverage.size


@pytest.mark.parametrize("number", range(20))
def test_shapes_lie_inside_and_apart(number: int) -> None:
    placed = place(generator(number), Layout(tuple(OUTLINES), count=(4, 4)), SIZE)
    taken = np.zeros((SIZE, SIZE), dtype=int)
    for shape in placed:
        left, top, right, bottom = shape.stencil.box
        assert 0 <= left < right <= SIZE
        assert 0 <= top < bottom <= SIZE
        for edge in (0, -1):
            assert shape.stencil.coverage[edge].any()
            assert shape.stencil.coverage[:, edge].any()
        rows, columns = shape.stencil.window
        around = (slice(max(0, top - 2), bottom + 2), slice(max(0, left - 2), right + 2))
        grown = np.zeros_like(taken)
        grown[rows, columns] = shape.stencil.coverage > 0
        assert not (grown & taken).any()
        assert grown[around].sum() == grown.sum()
        taken |= grown
    assert placed


@pytest.mark.parametrize("number", range(20))
def test_shapes_are_painted_where_their_boxes_are(number: int) -> None:
    placed = place(generator(1, number), Layout(tuple(OUTLINES)), SIZE)
    with_shapes = paint(generator(2, number), placed, SIZE).astype(int)
    without = paint(generator(2, number), [], SIZE).astype(int)
    changed = np.abs(with_shapes - without).sum(axis=2)
    grain = 3 * 2 * 8
    beside = np.ones((SIZE, SIZE), dtype=bool)
    for shape in placed:
        left, top, right, bottom = shape.stencil.box
        beside[top:bottom, left:right] = False
        full = shape.stencil.coverage == 16
        assert np.median(changed[top:bottom, left:right][full]) > grain
    assert changed[beside].max() <= grain
