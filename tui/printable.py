"""Names that come from a model or a file, made safe to draw."""

from __future__ import annotations

import re
from unicodedata import bidirectional, category, combining

from rich.cells import cell_len

_WIDER_THAN_THEY_SAY = 0x2E00
"""From here on stand ideographs, and signs that are drawn far wider than one cell (U+FDFD)."""


def printable(name: str, *, ascii_only: bool = False) -> str:
    """A name of which every character takes exactly one cell and does nothing.

    Control characters, escape sequences, right-to-left and combining characters, and those that
    take two cells or none are written as escapes (`\\x1b`, `\\u202e`), and so is a backslash, so
    that what is shown can be told from what is escaped. Square brackets stay: the widgets here
    draw plain text, never markup.
    """
    return plain(name.replace("\\", "\\\\"), ascii_only=ascii_only)


def plain(text: str, *, ascii_only: bool = False) -> str:
    """A sentence or a pattern with names in it, made safe in the same way; a backslash stays as
    it is, since here it may be meant."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, ascii_only) for character in text)


_ACTS = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""What a terminal may act on, and JSON does not escape by itself."""


def json_text(data: bytes) -> str:
    """JSON that does nothing to a terminal, and says the very same: what could is written as JSON
    escapes it."""
    return _ACTS.sub(lambda found: f"\\u{ord(found[0]):04x}", data.decode())


def _shown(character: str, ascii_only: bool) -> str:
    if character.isascii():
        return character if character.isprintable() else _escaped(character)
    harmless = (
        not ascii_only
        and character.isprintable()
        and category(character)[0] in "LNPS"
        and not combining(character)
        and bidirectional(character) not in ("R", "AL", "AN")
        and cell_len(character) == 1
        and ord(character) < _WIDER_THAN_THEY_SAY
    )
    return character if harmless else _escaped(character)


def _escaped(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
