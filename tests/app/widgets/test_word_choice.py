"""Words chosen with arrows and letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tui.app.widgets.word_choice import WordChoice
from tui.model.plan import ACTIONS


class Choosing(App[None]):
    """One choice, and a key of the app's own."""

    BINDINGS = [("f", "fail", "must not be reached")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.failed = False
        self.changes: list[str] = []

    def compose(self) -> ComposeResult:
        yield WordChoice(ACTIONS, shown={"freeze statistics": "freeze stats"})

    def action_fail(self) -> None:
        self.failed = True

    def on_word_choice_changed(self, event: WordChoice.Changed) -> None:
        self.changes.append(event.choice.word)


@asynccontextmanager
async def choosing() -> AsyncIterator[tuple[Pilot[None], WordChoice]]:
    """An app with the focus on the choice."""
    app = Choosing()
    async with app.run_test() as pilot:
        choice = app.query_one(WordChoice)
        choice.focus()
        await pilot.pause()
        yield pilot, choice


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        (["right"], "thaw"),
        (["left"], "wd_mult"),
        (["left", "right"], "freeze"),
        (["t"], "thaw"),
        (["t", "t"], "thaw statistics"),
        (["w"], "wd_mult"),
        (["l", "w", "l"], "lr_mult"),
        ([*"freeze", "space", "s"], "freeze statistics"),
        (["f"], "freeze statistics"),
        (["f", "f"], "freeze"),
        (["z"], "freeze"),
        (["t", "left", "t"], "thaw"),
        (["space"], "thaw"),
    ],
)
async def test_keys(keys: list[str], word: str) -> None:
    async with choosing() as (pilot, choice):
        await pilot.press(*keys)
        assert choice.word == word


async def test_letters_are_nobody_elses_keys_and_changes_are_told() -> None:
    async with choosing() as (pilot, choice):
        await pilot.press("f", "z")
        app = pilot.app
        assert isinstance(app, Choosing)
        assert not app.failed
        assert app.changes == ["freeze statistics"]
        assert str(choice.content) == "<freeze stats>"
