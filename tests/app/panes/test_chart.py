"""The drawing of curves."""

from __future__ import annotations

import math

import pytest

from tui.app.glyphs import Dots
from tui.app.panes.axis import step_axis, value_axis
from tui.app.panes.chart import Curve, draw

FALLING = [(step, 4 * math.exp(-step / 80)) for step in range(1, 301)]
LOWER = [(step, value / 2) for step, value in FALLING]
X, Y = step_axis(300, 400, 5), value_axis([0.0, 4.0], 4)


def curves(*lines: list[tuple[float, float]]) -> list[Curve]:
    return [
        Curve(name, name[0].upper(), "$text-primary", line, line)
        for name, line in zip(("sum", "class", "box"), lines, strict=False)
    ]


@pytest.mark.parametrize(("width", "height"), [(20, 6), (52, 16), (160, 50)])
@pytest.mark.parametrize("dots", ["braille", "blocks", "letters"])
def test_it_fits_its_box(width: int, height: int, dots: Dots) -> None:
    lines = draw(curves(FALLING), X, Y, width, height, dots=dots).plain.splitlines()
    assert len(lines) == height
    assert max(len(line) for line in lines) <= width


def test_ascii_is_ascii() -> None:
    assert draw(curves(FALLING, LOWER), X, Y, 60, 16, dots="letters").plain.isascii()


def test_each_curve_ends_with_its_letter_even_where_they_meet() -> None:
    same = [(step, 1.0) for step in range(1, 301)]
    plain = draw(curves(same, same, same), X, Y, 60, 16).plain
    assert sorted(c for c in plain if c.isalpha() and c.isascii()) == ["B", "C", "S"]


def test_curves_have_styles_of_their_own_and_raw_values_are_faint() -> None:
    two = [
        Curve("a", "A", "$text-primary", FALLING, []),
        Curve("b", "B", "$text-warning", [], LOWER),
    ]
    styles = {str(span.style) for span in draw(two, X, Y, 60, 16).spans}
    assert styles == {"$foreground-muted", "$text-warning", "bold $text-warning"}


def test_values_off_the_axis_are_left_out() -> None:
    spike = [*FALLING[:100], (101, 1e9), *FALLING[100:]]
    assert draw(curves(spike), X, Y, 60, 16).plain == draw(curves(FALLING), X, Y, 60, 16).plain


def test_on_a_logarithmic_axis_what_is_not_positive_is_left_out() -> None:
    axis = value_axis([0.1, 4.0], 4, logarithmic=True)
    plain = draw(curves([(1, 0.0), (2, -3.0), *FALLING]), X, axis, 60, 16).plain
    assert "S" in plain


def test_one_point_is_drawn() -> None:
    assert "S" in draw(curves([(1, 2.0)]), X, Y, 60, 16).plain


def test_growth_within_the_axes_changes_few_cells() -> None:
    before = draw(curves(FALLING[:150]), X, Y, 60, 16).plain
    after = draw(curves(FALLING[:155]), X, Y, 60, 16).plain
    assert 0 < sum(a != b for a, b in zip(before, after, strict=True)) < 12
