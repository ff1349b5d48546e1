"""Keys as people read them."""

from __future__ import annotations

from collections.abc import Iterable

SHORT_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "backspace": "bksp",
    "plus": "+",
    "equals_sign": "=",
    "minus": "-",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "insert": "ins",
    "delete": "del",
    "comma": ",",
    "full_stop": ".",
    "colon": ":",
    "semicolon": ";",
    "exclamation_mark": "!",
    "asterisk": "*",
    "number_sign": "#",
    "tilde": "~",
    "underscore": "_",
    "vertical_line": "|",
    "backslash": "\\",
    "dollar_sign": "$",
    "percent_sign": "%",
    "ampersand": "&",
    "at": "@",
    "apostrophe": "'",
    "quotation_mark": '"',
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "circumflex_accent": "^",
    "grave_accent": "`",
}
"""What the screen calls keys that Textual calls otherwise."""


def key_text(key: str) -> str:
    """A key as people read it, in ASCII: `^t`, `alt+enter`, `?`."""
    *modifiers, name = key.split("+")
    name = SHORT_NAMES.get(name, name)
    if modifiers == ["ctrl"]:
        return f"^{name}"
    return "+".join([*modifiers, name])


def keys_text(keys: Iterable[str]) -> str:
    """All keys of an action: `up, k`; a row of digits as `1..9`."""
    texts = [key_text(key) for key in keys]
    if len(texts) > 2 and "".join(texts).isdigit():
        return f"{texts[0]}..{texts[-1]}"
    return ", ".join(texts)
