"""Names of keys as a person may write them, and as Textual calls them."""

from __future__ import annotations

import string
from functools import cache

from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys, _character_to_key

from tui.app.actions.keys import SHORT_NAMES
from tui.app.config import nearest

MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")


class NoSuchKey(ValueError):
    """A name that no key has; the message says so, and which was probably meant."""


def key_named(written: str) -> str:
    """Textual's name of a key that is written as Textual writes it or as the screen shows it:
    `question_mark` and `?`, `ctrl+t` and `^t`, `escape` and `esc`.

    Raises:
        NoSuchKey: there is no key of that name.
    """
    text = written.strip() or written
    if len(text) > 1 and text.startswith("^"):
        text = f"ctrl+{text[1:]}"
    *modifiers, base = text.split("+") if len(text) > 1 else [text]
    if len(text) > 1 and not base:
        # A plus itself, with something held down.
        modifiers, base = modifiers[:-1], "+"
    modifiers = [modifier.lower() for modifier in modifiers]
    wrong = [modifier for modifier in modifiers if modifier not in MODIFIERS]
    if wrong:
        raise NoSuchKey(
            f"nothing is called {wrong[0]!r} that is held down{nearest(wrong[0], MODIFIERS)}"
        )
    name = _base(base)
    if modifiers == ["shift"] and len(name) == 1 and name.isalpha():
        return name.upper()
    return "+".join([*sorted(modifiers, key=MODIFIERS.index), name])


def is_typed(key: str) -> bool:
    """Whether a field takes this key as text."""
    return "+" not in key and (len(key) == 1 or key == "space" or key in _signs())


def _base(written: str) -> str:
    if len(written) == 1:
        return "space" if written == " " else _character_to_key(written)
    name = written.lower()
    name = _LONG_NAMES.get(name, name)
    if name not in _known():
        raise NoSuchKey(f"no key is called {written!r}{nearest(name, _known())}")
    return name


_LONG_NAMES = {
    **{short: name for name, short in SHORT_NAMES.items()},
    "pgup": "pageup",
    "pgdown": "pagedown",
    "return": "enter",
    "page_up": "pageup",
    "page_down": "pagedown",
}


@cache
def _signs() -> frozenset[str]:
    """Names of the characters that are no letters."""
    named = {_character_to_key(sign) for sign in string.punctuation}
    return frozenset({*named, *KEY_NAME_REPLACEMENTS.values(), *KEY_TO_UNICODE_NAME})


@cache
def _known() -> frozenset[str]:
    bases = {key.value.rpartition("+")[2] for key in Keys if "<" not in key.value}
    named = {base for base in bases if len(base) > 1 and not base.startswith("control")}
    return frozenset({*named, *_signs(), "space"}) - {"ignore"}
