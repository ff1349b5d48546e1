"""Keys may be written as Textual writes them, or as the screen shows them."""

from __future__ import annotations

import pytest

from tui.app.actions import ACTIONS, key_text
from tui.app.actions.key_names import NoSuchKey, is_typed, key_named


@pytest.mark.parametrize(
    ("written", "key"),
    [
        *(("question_mark", "question_mark"), ("?", "question_mark"), ("/", "slash")),
        *(("ctrl+t", "ctrl+t"), ("^t", "ctrl+t"), ("CTRL+t", "ctrl+t"), ("ctrl++", "ctrl+plus")),
        *(("esc", "escape"), ("pgdn", "pagedown"), ("F5", "f5"), ("Enter", "enter")),
        *(("U", "U"), ("shift+u", "U"), ("shift+up", "shift+up"), (" ", "space")),
        *(("+", "plus"), ("[", "left_square_bracket"), ("alt+ctrl+x", "ctrl+alt+x")),
    ],
)
def test_a_key(written: str, key: str) -> None:
    assert key_named(written) == key


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("escpe", "did you mean escape"),
        ("ctrl+pagedwn", "did you mean pagedown"),
        ("cttrl+x", "did you mean ctrl"),
        ("jj", "no key is called 'jj'"),
        ("", "no key"),
    ],
)
def test_no_key(written: str, said: str) -> None:
    with pytest.raises(NoSuchKey, match=said):
        key_named(written)


def test_every_key_that_is_shown_can_be_written() -> None:
    keys = {key for action in ACTIONS for key in action.keys}
    assert {key: key_named(key_text(key)) for key in keys} == {key: key for key in keys}


@pytest.mark.parametrize("key", ["a", "U", "1", "question_mark", "space", "plus"])
def test_what_is_text_in_a_field(key: str) -> None:
    assert is_typed(key)


@pytest.mark.parametrize("key", ["f1", "ctrl+a", "up", "enter", "tab", "escape", "alt+x"])
def test_what_is_no_text_in_a_field(key: str) -> None:
    assert not is_typed(key)
