"""What the rows of the list of runs say, which are left of what is typed, and their order."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.glyphs import ASCII, UNICODE
from tui.app.run_rows import ORDERS, Field, RunRow, in_order, narrowed, run_row
from tui.app.run_signs import state_text
from tui.runs.listed import STATES, ListedRun


def row(name: str = "r", **known: object) -> RunRow:
    return run_row(ListedRun(name, f"/runs/{name}", **{"state": "done", **known}))  # type: ignore[arg-type]


def test_cells() -> None:
    told = row(
        "20250101-demo",
        model="/models/net.py:Net",
        recipe="ssd",
        plan="head only",
        trainable=12,
        step=64,
        total_steps=128,
        epoch=1,
        epochs=2,
        loss=1.25,
        best=0.5,
    ).cells
    assert told == {
        "state": "● done",
        "run": "20250101-demo",
        "model": "net.py:Net",
        "recipe": "ssd",
        "trains": "head only 12",
        "epoch": "1/2",
        "step": "64/128",
        "loss": "1.2500",
        "best": "0.500",
    }
    assert row(state="new").cells["loss"] == ""


def test_signs_differ_within_what_looks_alike() -> None:
    for signs in (UNICODE, ASCII):
        told = {state_text(state, signs) for state in STATES}
        assert len(told) == len(STATES)
        assert signs is UNICODE or all(one.isascii() for one in told)
        assert all(text[1] == " " for text in told)


ROWS = [
    row("20250301-080000-demo", model="demo", plan="head only", state="running"),
    row("20250201-080000-yolo", model="yolo3_darknet53_voc", plan="all", data="/d/fruit"),
    row("20250101-080000-ssd", model="ssd_512_resnet50_v1_voc", state="failed"),
]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("", [0, 1, 2]),
        ("running", [0]),
        ("voc", [1, 2]),
        ("VOC failed", [2]),
        ("head", [0]),
        ("fruit", [1]),
        ("ssdr50", [2]),
        ("20250101", [2]),
        ("nothing", []),
    ],
)
def test_narrowing(typed: str, left: list[int]) -> None:
    assert narrowed(ROWS, typed) == [ROWS[place] for place in left]


@given(
    st.lists(
        st.builds(
            lambda number, state, loss, step: row(
                str(number), begun=float(number), state=state, loss=loss, step=step, total_steps=9
            ),
            st.integers(0, 99),
            st.sampled_from(STATES),
            st.none() | st.floats(0, 10),
            st.integers(0, 9),
        ),
        max_size=12,
    ),
    st.sampled_from(list(ORDERS)),
    st.booleans(),
)
def test_an_order_loses_no_row_and_leaves_what_is_not_known_last(
    rows: list[RunRow], by: Field, turned: bool
) -> None:
    ordered = in_order(rows, by, turned=turned)
    assert sorted(map(id, ordered)) == sorted(map(id, rows))
    values = [ORDERS[by][0](one.run) for one in ordered]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    greatest = ORDERS[by][1] != turned
    assert known == sorted(known, reverse=greatest)  # type: ignore[type-var]


def test_of_equals_the_newest_is_first() -> None:
    rows = [row("old", begun=1.0), row("new", begun=2.0)]
    assert [one.run.name for one in in_order(rows, "model")] == ["new", "old"]
    assert rows[0].path == Path("/runs/old")
