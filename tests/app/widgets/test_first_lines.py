"""What a newcomer is told in the list of models, and how it goes away."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.browsing import OWN, browser, open_before
from tests.app.showing import NARROW, text_of, until
from tui.app.key_words import with_keys
from tui.app.widgets.first_lines import LINES, SHORT, FirstLines


@pytest.mark.parametrize(("size", "lines"), [(NARROW, LINES), ((60, 16), SHORT)])
async def test_three_lines_until_one_was_opened(
    size: tuple[int, int], lines: tuple[str, ...]
) -> None:
    async with browser(size=size) as (pilot, screen, _):
        shown = text_of(pilot)
        assert [line for line in map(with_keys, lines) if line not in shown] == []
        assert screen.query_one(FirstLines).size.height == 3
        rows = screen.models.size.height
        open_before(OWN)
        screen.read_again()
        await until(pilot, lambda: screen.models.size.height == rows + 3)
        assert "New here?" not in text_of(pilot)


async def test_who_has_opened_models_is_no_newcomer() -> None:
    open_before(OWN)
    async with browser() as (pilot, _, _):
        assert "New here?" not in text_of(pilot)


async def test_a_list_that_cannot_be_read_is_no_newcomers() -> None:
    from tui.model.recent import recent_file

    open_before(OWN)
    Path(recent_file()).write_text("= =")
    async with browser() as (pilot, _, _):
        assert "New here?" not in text_of(pilot)


def test_all_of_it_fits() -> None:
    assert max(len(with_keys(line)) for line in LINES) <= 78
    assert max(len(with_keys(line)) for line in SHORT) <= 58
