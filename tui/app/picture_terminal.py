"""What kinds of pictures the terminal takes.

It is asked once, as the app starts, beside what Textual itself asks then: what it is called
(XTVERSION) and which attributes it has (the primary device attributes, of which 4 is Sixel).
Nothing waits for the answer, which over a slow link may take a while: where pictures are wanted
before it has come, they are drawn in half blocks.

Textual knows neither answer and would read them as keys that nobody has pressed, so they are taken
out of what the terminal sends before Textual sees it. tmux and screen answer for themselves, and
take what they can pass on.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from textual._xterm_parser import XTermParser
from textual.app import App

from tui.app.glyphs import glyphs
from tui.app.looks import looks

if TYPE_CHECKING:
    from tui.picture_cells import Way

QUESTION = "\x1b[>0q\x1b[c"

_ANSWER = re.compile(r"\x1b\[\?([\d;]*)c|\x1bP>\|([^\x1b]*)\x1b\\")
_BEGUN = re.compile(r"\x1b(?:\[\?[\d;]*|P>(?:\|[^\x1b]*\x1b?)?)\Z")
"""The beginning of an answer that was cut in two on its way; never a lone Escape."""

_SILENT = ("", "dumb", "linux", "unknown")
"""Terminals that show no pictures, or print what they do not know."""
_SIXEL = "4"
_KITTY = re.compile(r"kitty\((\d+)\.(\d+)", re.IGNORECASE)
_PLACEHOLDERS = (0, 28)
"""The first Kitty that knows them (its change log); one before it draws a box for each cell."""


class PictureTerminal:
    """What the terminal has said of itself. It may know Kitty's protocol with placeholders, which
    stay where text is: Kitty and Ghostty; others know it without."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._begun = ""
        self._listening = False
        self.asked = False
        self.answered = False
        self.sixel = False
        self.kitty = self._environment.get("TERM", "") in ("xterm-kitty", "xterm-ghostty")

    def listen(self) -> None:
        """Hear what the terminal sends from now on, before Textual does. To be called before the
        app runs: Textual's reader holds on to what it has found then."""
        if not self._listening:
            self._listening = True
            _listen(self.without_answers)

    def ask(self, app: App[Any]) -> None:
        """Ask, where there is somebody to ask and it listens. Only as the app starts."""
        driver = app._driver
        if driver is None or not getattr(driver, "input_tty", False):
            return
        if self._listening and not self.asked and self._environment.get("TERM", "") not in _SILENT:
            self.asked = True
            driver.write(QUESTION)

    def without_answers(self, data: str) -> str:
        """What the terminal sends, without what it answers."""
        data, self._begun = self._begun + data, ""
        data = _ANSWER.sub(self._hear, data)
        if not self.answered and (begun := _BEGUN.search(data)):
            data, self._begun = data[: begun.start()], begun[0]
        return data

    def _hear(self, answer: re.Match[str]) -> str:
        attributes, name = answer.groups()
        if name is not None:
            version = _KITTY.match(name)
            if version is not None:
                self.kitty = (int(version[1]), int(version[2])) >= _PLACEHOLDERS
            else:
                self.kitty = self.kitty or name.lower().startswith("ghostty")
        else:
            self.answered = True
            self.sixel = _SIXEL in attributes.split(";")
        return ""

    def ways(self) -> tuple[Way, ...]:
        """How pictures can be drawn, the best way first."""
        if glyphs().ascii_only:
            return ("ascii",)
        if self._environment.get("NO_COLOR"):
            return ("greys", "ascii")
        best: tuple[Way, ...] = ("kitty",) if self.kitty else ("sixel",) if self.sixel else ()
        if looks().slow:
            # A picture of pixels is sent whole, however little of it has changed.
            return ("half blocks", "greys", *best)
        return (*best, "half blocks", "greys")


TERMINAL = PictureTerminal()
"""The one that the process runs on."""


def _listen(heard: Callable[[str], str]) -> None:
    """Let all that Textual is to parse pass through a function first."""
    feed = XTermParser.feed

    def feed_what_is_left(self: XTermParser, data: str) -> Iterable[Any]:
        left = heard(data) if data else data
        # To be fed nothing is the end of the stream.
        return feed(self, left) if left or not data else ()

    XTermParser.feed = feed_what_is_left  # type: ignore[method-assign]
