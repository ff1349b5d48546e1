"""Costs as the screen writes them."""

from __future__ import annotations

import pytest

from tui.app.cost_text import cost_text, output_text, total_text, verdict
from tui.runs.inspection import BlockCost, Costs


@pytest.mark.parametrize(
    ("outputs", "text"),
    [
        ((), ""),
        (((1, 64, 112, 112),), "64×112×112"),
        (((1, 512, 38, 38), (1, 256, 19, 19)), "512×38×38 +1"),
        (((1,),), "1"),
        (((),), ""),
    ],
)
def test_the_shape_of_an_output(outputs: tuple[tuple[int, ...], ...], text: str) -> None:
    assert output_text(BlockCost("", outputs, 0, True)) == text


@pytest.mark.parametrize(
    ("multiply_adds", "counted", "text"),
    [
        (0, True, ""),
        (1_814_083_944, True, "1.8 G"),
        (1_814_083_944, False, "≥1.8G"),
        (0, False, "?"),
    ],
)
def test_a_cell(multiply_adds: int, counted: bool, text: str) -> None:
    assert cost_text(BlockCost("", (), multiply_adds, counted)) == text


def test_the_total_and_what_is_left_out_of_it() -> None:
    whole = Costs((224, 300), (), 569_000_000, (), {})
    assert total_text(whole) == verdict(whole) == "569.0 M mult-adds at 224×300"
    part = Costs((224, 224), (), 569_000_000, ("Own", "dot"), {"a.weight": (1,)})
    assert total_text(part) == "≥569.0M mult-adds at 224×224"
    assert verdict(part).endswith(" · 1 shape is known now · not counted: Own, dot")
