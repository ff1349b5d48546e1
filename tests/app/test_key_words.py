"""A sentence names the keys that there are, not those that there were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.app.actions import remapped
from tui.app.key_words import with_keys


@pytest.fixture(autouse=True)
def back_again() -> Iterator[None]:
    yield
    remapped.use({})


def test_keys_as_they_are_and_as_they_were_changed() -> None:
    text = "Press <model.train>, then <run.back>"
    assert with_keys(text) == "Press t, then esc"
    remapped.use({"model.train": ("ctrl+t",)})
    assert with_keys(text) == "Press ^t, then esc"
    remapped.use({"model.train": ()})
    assert with_keys(text) == "Press train in the palette, then esc"


def test_what_is_no_action_stays() -> None:
    assert with_keys("<b> a < b.c") == "<b> a < b.c"
