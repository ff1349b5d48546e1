"""Which panes are shown, and how large: as a person left them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.app.pane_layout import LEAST, MOST, PaneLayout, read_layout, write_layout
from tui.app.panes.registry import PANES
from tui.toml import TomlError

KINDS = st.sampled_from(PANES)


@given(st.lists(KINDS, max_size=12))
def test_a_pane_toggled_twice_is_as_it_was(kinds: list[object]) -> None:
    layout = PaneLayout()
    for kind in (*kinds, *kinds):
        layout = layout.toggled(kind)  # type: ignore[arg-type]
    assert all(layout.shows(kind) == kind.shown for kind in PANES)


@given(KINDS, st.floats(0, 100), st.integers(-30, 30))
def test_a_size_stays_within_bounds(kind: object, percent: float, steps: int) -> None:
    layout = PaneLayout().resized(kind, percent, steps)  # type: ignore[arg-type]
    [size] = layout.sizes.values()
    assert LEAST <= size <= MOST


@given(KINDS, st.integers(LEAST, MOST))
def test_larger_is_larger_until_there_is_no_more(kind: object, percent: int) -> None:
    layout = PaneLayout().resized(kind, percent, 1)  # type: ignore[arg-type]
    [size] = layout.sizes.values()
    assert size > percent or size == MOST


def test_it_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "state" / "run-screen.toml"
    layout = PaneLayout().toggled(PANES[0]).resized(PANES[1], 33, -1).charted(0.9, ["loss"])
    write_layout(path, layout)
    assert read_layout(path) == layout
    assert read_layout(tmp_path / "none.toml") == PaneLayout()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("version = 9\n", "version 9 is newer than this thaw"),
        ("sizes = 3\n", "not a layout of panes"),
        ("smoothing = 'much'\n", "not a layout of panes"),
        ("colour = 'red'\n", "not a layout of panes"),
        ("shown = [", "not a TOML file"),
        ("\x00", "not a TOML file"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_in_one_line(
    tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "run-screen.toml"
    path.write_text(text)
    with pytest.raises(TomlError) as caught:
        read_layout(path)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
    write_layout(path, PaneLayout())
    assert read_layout(path) == PaneLayout()
    assert path.with_name("run-screen.toml.broken").read_text() == text


def test_panes_that_are_gone_and_sizes_by_hand_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "run-screen.toml"
    path.write_text("[shown]\nold = false\n[sizes]\ncharts = 4000\nold = -3\n")
    assert read_layout(path).sizes == {"charts": MOST, "old": LEAST}


def test_one_of_before_curves_were_remembered_is_read(tmp_path: Path) -> None:
    path = tmp_path / "run-screen.toml"
    path.write_text("version = 1\n[shown]\nmemory = false\n")
    assert read_layout(path) == PaneLayout(shown={"memory": False})
