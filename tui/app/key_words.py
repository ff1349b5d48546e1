"""Keys within a sentence: those that the actions have now, whoever has changed them."""

from __future__ import annotations

import re

from tui.app.actions import BY_ID, key_text, keys_of

_NAMED = re.compile(r"<([a-z_]+\.[a-z_]+)>")


def with_keys(text: str) -> str:
    """A text in which `<model.train>` stands for that action's first key; where it has none any
    more, for the way by the palette."""
    return _NAMED.sub(lambda found: _key(found[1]), text)


def _key(id: str) -> str:
    action = BY_ID[id]
    if keys := keys_of(action):
        return key_text(keys[0])
    return f"{action.label} in the palette"
