"""Shares as signs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.app import glyphs
from tui.app.panes.meter import bar, history


@pytest.fixture
def in_ascii() -> Iterator[None]:
    glyphs.use(glyphs.ASCII)
    yield
    glyphs.use(None)


def test_a_bar_tells_ours_from_others_by_its_signs() -> None:
    assert bar(10, 0.5, 0.2) == "█████▒▒···"
    assert bar(10) == "··········"
    assert bar(10, 0.0, 1.0) == "▒▒▒▒▒▒▒▒▒▒"


def test_what_is_not_nothing_is_seen_and_nothing_runs_over() -> None:
    assert bar(10, 0.001, 0.001) == "█▒········"
    assert bar(4, 0.99, 0.5) == "████"
    assert bar(0, 0.5, 0.5) == ""


def test_history_has_the_newest_at_the_right_and_gaps() -> None:
    assert history(6, [0.0, 0.5, None, 1.0]) == "  ▁▅ █"
    assert history(2, [0.0, 0.5, 1.0, 7.0]) == "██"
    assert history(0, [0.5]) == ""


@pytest.mark.usefixtures("in_ascii")
def test_in_ascii() -> None:
    assert bar(10, 0.5, 0.2) == "#####++..."
    assert history(3, [0.0, None, 1.0]) == ". #"
