from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.app.test_run_rows import row
from tui.app.run_rows import ORDERS
from tui.app.widgets.run_columns import GUTTER, fit

FULL = row(
    "20250101-080000-ssd_512_mobilenet1.0_voc",
    model="ssd_512_mobilenet1.0_voc",
    recipe="ssd",
    plan="head and neck",
    trainable=128,
    step=1200,
    total_steps=40_000,
    epoch=1,
    epochs=20,
    loss=12.5,
    best=0.5,
    begun=1.0,
)


def line(width: int) -> str:
    columns = fit([FULL], width, "age")
    return " " * GUTTER + columns.join(columns.texts(FULL, 86_401.0))


def test_where_there_is_room_all_of_it_is_told() -> None:
    told = line(200)
    for text in (*FULL.cells.values(), "1 d"):
        assert text in told


def test_at_80_columns_the_run_s_own_name_is_left_to_the_lines_below() -> None:
    told = line(79)
    assert FULL.run.name not in told
    for field in ("state", "step", "loss", "best"):
        assert FULL.cells[field] in told  # type: ignore[index]
    # How many train stays, whatever is cut of the plan.
    assert " 128 " in told


@given(st.integers(59, 220), st.sampled_from(list(ORDERS)), st.booleans())
def test_a_line_fits_and_stands_under_its_headings(width: int, by: str, turned: bool) -> None:
    columns = fit([FULL], width, by, turned=turned)  # type: ignore[arg-type]
    told = " " * GUTTER + columns.join(columns.texts(FULL, 86_401.0))
    assert len(told) == len(columns.heads()) <= width


@pytest.mark.parametrize("width", [60, 79, 120])
def test_a_heading_is_found_by_its_cell(width: int) -> None:
    columns = fit([FULL], width, "age")
    heads = columns.heads()
    for field, _ in columns.widths:
        assert columns.at(heads.index(field)) == field
    assert columns.at(len(heads) + 5) is None


def test_steps_that_grow_move_no_column() -> None:
    early = row("a", step=1, total_steps=40_000)
    late = row("a", step=39_999, total_steps=40_000)
    assert fit([early], 80, "age") == fit([late], 80, "age")


def test_sorting_moves_no_column() -> None:
    heads = [fit([FULL], 120, by).heads() for by in ORDERS]
    assert len({tuple(fit([FULL], 120, by).widths) for by in ORDERS}) == 1
    assert all("▾" in told for told in heads)
