"""What the terminal shows, cell by cell, and the least to write for it to show something else.

Textual writes each line of a widget from its left edge to the last cell that may have changed,
with all colours spelled out for each piece of it. Over a slow link that is what a person feels.
Here the cells that a terminal shows are kept; of what Textual would write only cells that differ
are written, and of their looks only what differs from the cell before.

What cannot be told cell by cell (pictures) is written as it is; whatever stood in its place is
taken for unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip


class Look(NamedTuple):
    """How a cell looks: codes of its colours ("" for the terminal's own) and its attributes."""

    foreground: str = ""
    background: str = ""
    attributes: tuple[int, ...] = ()


PLAIN = Look()

Cell = tuple[str, Look]
"""A character, and how it looks. A wide character is followed by cells of no character."""

UNKNOWN: Cell = ("\0", PLAIN)
"""What is not known to be shown, so that it differs from everything."""

BLANK: Cell = (" ", PLAIN)
"""A cell with nothing in it."""

_ATTRIBUTES = {
    "bold": 1,
    "dim": 2,
    "italic": 3,
    "underline": 4,
    "blink": 5,
    "reverse": 7,
    "strike": 9,
}
_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 7: 27, 9: 29}

SHORT_GAP = 5
"""As many cells that are the same cost no more to write again than to step over."""


class TerminalCells:
    """The cells of one terminal. It knows nothing of them until they are written."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._width = 0

    def forget(self) -> None:
        """The terminal may show anything by now: write all again."""
        self._rows = []
        self._width = 0

    def resize(self, width: int, height: int) -> None:
        """Forget where the size is another: who knows what a terminal does with its cells then."""
        if width != self._width or height != len(self._rows):
            self._width = width
            self._rows = [[UNKNOWN] * width for _ in range(height)]

    def write(self, update: CompositorUpdate, console: Console) -> str:
        """What to write so that the terminal shows an update."""
        pieces = _pieces(update)
        if pieces is None:
            self.forget()
            return update.render_segments(console)
        pen = _Pen()
        for y, x, strips in pieces:
            if 0 <= y < len(self._rows):
                cells = _cells(strips, console)
                if cells is None:
                    self.forget()
                    return update.render_segments(console)
                self._put(pen, y, x, cells[: max(0, self._width - x)])
        return pen.finished()

    def _put(self, pen: _Pen, y: int, x: int, cells: list[Cell]) -> None:
        row = self._rows[y]
        shown = row[x : x + len(cells)]
        if shown == cells:
            return
        row[x : x + len(cells)] = cells
        for left, right in _runs(shown, cells):
            reaches_edge = x + right == self._width
            blank = right
            while reaches_edge and blank > left and cells[blank - 1] == BLANK:
                blank -= 1
            if right - blank < SHORT_GAP:
                blank = right
            if blank > left:
                pen.draw(y, x + left, cells[left:blank], last=x + blank == self._width)
            if blank < right:
                pen.clear_rest(y, x + blank)


class FewerBytes(CompositorUpdate):
    """An update that is written as changes to what the terminal shows."""

    def __init__(self, update: CompositorUpdate, cells: TerminalCells) -> None:
        self._update = update
        self._cells = cells

    def render_segments(self, console: Console) -> str:
        """What to write; called once, when it is written."""
        return self._cells.write(self._update, console)


class _Pen:
    """Where the terminal's cursor stands, how it writes, and what has been written."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self._at: tuple[int, int] | None = None
        self._look = PLAIN

    def draw(self, y: int, x: int, cells: list[Cell], *, last: bool) -> None:
        """Write cells from a place on; `last` is whether they reach the right edge."""
        self._go(y, x)
        exact = True
        for character, look in cells:
            if look != self._look:
                self._written.append(_change(self._look, look))
                self._look = look
            self._written.append(character)
            exact = exact and character.isascii() and bool(character)
        # At the edge, and behind what some terminals draw wider than others, it is not known
        # where the cursor stands.
        self._at = (y, x + len(cells)) if exact and not last else None

    def clear_rest(self, y: int, x: int) -> None:
        """Clear a line from a place on, in the terminal's own colours."""
        self._go(y, x)
        # Terminals differ in whether they clear in the colour that is written in.
        if self._look != PLAIN:
            self._written.append("\x1b[m")
            self._look = PLAIN
        self._written.append("\x1b[K")

    def _go(self, y: int, x: int) -> None:
        if self._at == (y, x):
            return
        if self._at is not None and self._at[0] == y and x > self._at[1]:
            step = x - self._at[1]
            self._written.append("\x1b[C" if step == 1 else f"\x1b[{step}C")
        else:
            self._written.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")

    def finished(self) -> str:
        """All that was written; the terminal writes plainly again."""
        if self._look != PLAIN:
            self._written.append("\x1b[m")
            self._look = PLAIN
        return "".join(self._written)


@lru_cache(4096)
def _change(before: Look, now: Look) -> str:
    """The sequence that makes one look of another."""
    if now == PLAIN:
        return "\x1b[m"
    gone = [code for code in before.attributes if code not in now.attributes]
    off = sorted({_OFF[code] for code in gone})
    # What switches bold off switches dim off too.
    stays = [] if 22 not in off else [code for code in now.attributes if code in (1, 2)]
    on = [code for code in now.attributes if code not in before.attributes or code in stays]
    codes = [str(code) for code in (*off, *on)]
    if now.foreground != before.foreground:
        codes.append(now.foreground or "39")
    if now.background != before.background:
        codes.append(now.background or "49")
    anew = ["", *(str(code) for code in now.attributes), now.foreground, now.background]
    fresh = ";".join([anew[0], *filter(None, anew[1:])])
    changed = ";".join(codes)
    return f"\x1b[{min(changed, fresh, key=len)}m"


def _runs(shown: list[Cell], wanted: list[Cell]) -> Iterator[tuple[int, int]]:
    """The stretches of cells that differ, first and one behind the last. Such as are near each
    other are one, and no stretch begins or ends within a wide character, old or new."""
    count = len(wanted)
    known = len(shown)
    start, end = -1, -1
    for index in range(count):
        if index < known and shown[index] == wanted[index]:
            continue
        if start >= 0 and index - end > SHORT_GAP:
            yield _whole(shown, wanted, start, end)
            start = -1
        if start < 0:
            start = index
        end = index + 1
    if start >= 0:
        yield _whole(shown, wanted, start, end)


def _whole(shown: list[Cell], wanted: list[Cell], start: int, end: int) -> tuple[int, int]:
    while start > 0 and (not wanted[start][0] or (start < len(shown) and not shown[start][0])):
        start -= 1
    while end < len(wanted) and (not wanted[end][0] or (end < len(shown) and not shown[end][0])):
        end += 1
    return start, end


def _pieces(update: CompositorUpdate) -> list[tuple[int, int, Iterable[Strip]]] | None:
    """Row, column and strips of what an update holds; None for one that is not known."""
    if isinstance(update, LayoutUpdate):
        left, top = update.region.x, update.region.y
        return [(y, left, line) for y, line in enumerate(update.strips, top)]
    if isinstance(update, ChopsUpdate):
        return [
            (y, max(x, first), [strip.crop(max(x, first) - x, min(end, behind) - x)])
            for y, first, behind in update.spans
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False)
            if strip is not None and x < behind and end > first
        ]
    return None


def _cells(strips: Iterable[Strip], console: Console) -> list[Cell] | None:
    """The cells of a line; None where it holds something that is no text."""
    cells: list[Cell] = []
    system = console._color_system
    for strip in strips:
        for text, style, control in strip:
            if control or "\x1b" in text or (style is not None and style.link):
                return None
            look = PLAIN if style is None else _look(style, system)
            if text.isascii():
                cells.extend([(character, look) for character in text])
                continue
            for character in text:
                width = cell_len(character)
                if width:
                    cells.append((character, look))
                    cells.extend([("", look)] * (width - 1))
                elif cells:
                    # An accent, which is drawn over what stands before it.
                    cells[-1] = (cells[-1][0] + character, cells[-1][1])
    return cells


@lru_cache(4096)
def _look(style: Style, system: ColorSystem | None) -> Look:
    if system is None:
        colours = ["", ""]
    else:
        colours = [
            ""
            if colour is None or colour.is_default
            else ";".join(colour.downgrade(system).get_ansi_codes(foreground))
            for colour, foreground in ((style.color, True), (style.bgcolor, False))
        ]
    attributes = tuple(code for name, code in _ATTRIBUTES.items() if getattr(style, name))
    return Look(colours[0], colours[1], attributes)
