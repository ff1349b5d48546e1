"""The characters that are not letters: one set for UTF-8, one for terminals that have none.

A terminal that is not UTF-8 would get a literal `\\u25cf` for each of them, so the set is chosen
from the encoding of the stream that Textual writes to.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from tui.model.states import State
from tui.printable import plain, printable

Dots = Literal["braille", "blocks", "letters"]
"""What curves are drawn in: `letters` in ASCII alone, `blocks` in what the fonts of text consoles
have."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set. Every glyph is one cell wide; `spinner` is a cycle of them; `dots` is what curves
    are drawn in."""

    name: str
    trainable: str
    frozen: str
    auxiliary: str
    partial: str
    folded: str
    unfolded: str
    cursor: str
    match: str
    holds_match: str
    ellipsis: str
    warning: str
    spinner: tuple[str, ...]
    translation: dict[int, str]
    dots: Dots = "braille"

    @property
    def ascii_only(self) -> bool:
        """Whether nothing but ASCII may be written."""
        return bool(self.translation)

    def of(self, state: State) -> str:
        """The glyph of a state."""
        return (self.trainable, self.frozen, self.auxiliary, self.partial)[state]

    def text(self, text: str) -> str:
        """Our own text with the signs that this set does not have (× · ≥ …) written otherwise."""
        return text.translate(self.translation) if self.translation else text

    def safe(self, name: str) -> str:
        """A name that comes from a model or a file, as this set can draw it."""
        return printable(name, ascii_only=self.ascii_only)

    def said(self, text: str) -> str:
        """A sentence of ours with names in it: our signs as this set has them, and nothing that
        does anything."""
        return plain(self.text(text), ascii_only=self.ascii_only)

    def cut(self, text: str, width: int, *, keep_end: bool = False) -> str:
        """A text of one-cell characters in at most `width` cells; what is cut off is marked."""
        if len(text) <= width:
            return text
        if width <= 1:
            return self.ellipsis[:width]
        kept = width - 1
        return self.ellipsis + text[-kept:] if keep_end else text[:kept] + self.ellipsis


UNICODE = Glyphs(
    name="unicode",
    trainable="●",
    frozen="○",
    auxiliary="·",
    partial="◐",
    folded="▸",
    unfolded="▾",
    cursor="›",
    match="◆",
    holds_match="◇",
    ellipsis="…",
    warning="!",
    spinner=("◐", "◓", "◑", "◒"),
    translation={},
)

ASCII = Glyphs(
    name="ascii",
    trainable="*",
    frozen="o",
    auxiliary=".",
    partial="%",
    folded="+",
    unfolded="-",
    cursor=">",
    match="#",
    holds_match="~",
    ellipsis="~",
    warning="!",
    spinner=("|", "/", "-", "\\"),
    translation={
        ord(sign): plain
        for sign, plain in (
            *(("×", "x"), ("·", "-"), ("…", "..."), ("≥", ">="), ("–", "-"), ("—", "-")),
            *(("→", "->"), ("↑", "up"), ("↓", "down"), ("←", "left"), ("’", "'"), ("‘", "'")),
        )
    },
    dots="letters",
)

CONSOLES = ("linux", "vt220", "cons25", "wsvt25")
"""Terminals, by what they call themselves, that are such a console."""

CONSOLE = replace(UNICODE, name="console", dots="blocks")
"""A text console, whose fonts have blocks and no braille."""


def choose(encoding: str | None, environment: Mapping[str, str] | None = None) -> Glyphs:
    """The set for a stream's encoding; a stream that does not tell is taken for UTF-8.

    Python writes UTF-8 where the locale is C, whoever asked for C: where `environment` does, by
    name, it gets ASCII. No locale at all asks for nothing: many servers have none.
    """
    if _asks_for_c(environment or {}):
        return ASCII
    name = (encoding or "utf-8").lower().replace("-", "").replace("_", "")
    if name not in ("utf8", "utf16", "utf32", "utf8sig"):
        return ASCII
    return CONSOLE if (environment or {}).get("TERM", "") in CONSOLES else UNICODE


def _asks_for_c(environment: Mapping[str, str]) -> bool:
    ctype = environment.get("LC_CTYPE", "")
    if sys.flags.utf8_mode and environment.get("PYTHONUTF8") != "1" and ctype == "C.UTF-8":
        ctype = ""  # Python's own doing, for the libraries that it loads (PEP 538)
    asked = environment.get("LC_ALL") or ctype or environment.get("LANG", "")
    return asked in ("C", "POSIX")


_in_use: list[Glyphs] = []


def glyphs() -> Glyphs:
    """The set in use. Textual writes to the process's own standard error."""
    if not _in_use:
        _in_use.append(choose(getattr(sys.__stderr__, "encoding", None), os.environ))
    return _in_use[0]


def use(chosen: Glyphs | None) -> None:
    """Use a set from now on; None goes back to what the stream's encoding asks for."""
    _in_use[:] = [chosen] if chosen else []
