"""The trainer's output and the events of a run in words: followed, narrowed to a level, and
searched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tui.app.actions import bindings
from tui.app.glyphs import glyphs
from tui.app.log_pages import END, TOP, Cancelled, Level, LogPages, Place, Row, ToldAt
from tui.app.panes.live import FAINT, HEADING, LivePane, stacked, written
from tui.app.run_state import KEPT_WORDS, RunState, Told
from tui.app.widgets.typed_input import TypedInput
from tui.figures import size
from tui.runs.folder import RunFolder
from tui.runs.log_text import LogText

SHIFT = 20
"""Cells by which long lines are moved to the side."""

WHEEL = 3
"""Rows by which a mouse wheel moves."""

STYLES = {"E": "$text-error", "W": "$text-warning", "!": "$text-warning"}

Go = Callable[[LogPages, Place | None], Place | None]
"""Goes from a place of the top row to another one; None is the newest page, as rows come. It reads
files."""


LOOKING = "looking for "
"""What the heading says until a search has ended."""


class LogSearch(TypedInput):
    """The field for what is looked for."""

    BINDINGS = bindings("log_search")

    class Left(Message):
        """Nothing is to be looked for."""

    def action_leave(self) -> None:
        """Back to the log."""
        self.post_message(self.Left())


class LogPane(Vertical, can_focus=True):
    """A line of what is shown, and the lines. Files are read off the event loop, a page at a
    time."""

    BINDINGS: ClassVar = bindings("log")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        # Held here: what is read off the event loop may come when the screen is being left.
        self._head = LivePane(id="log-head")
        self._lines = LivePane(id="log-lines")
        self._log: LogText | None = None
        self._told: list[ToldAt] = []
        self._came: list[tuple[Told, bool]] = []
        self._since = time.time()
        self._told_count = 0
        self._asked: list[Go] = []
        self._shown_of: tuple[object, ...] = ()
        self._left = 0
        self._busy = False
        self._again = False
        self._bytes = 0
        self._boundary = 0
        self._said = ""
        self._sought: tuple[Place | None, str] | None = None
        self.level = Level.ALL
        self.top: Place | None = None
        """Where the top row stands; None: the newest row is at the bottom, as rows come."""
        self.rows: list[Row] = []
        self.sought = ""
        self.found: Place | None = None

    def compose(self) -> ComposeResult:
        """What is shown, the rows, and the field of the search."""
        yield self._head
        yield self._lines
        yield LogSearch(id="log-search", compact=True)

    def on_mount(self) -> None:
        """No search yet."""
        self.query_one(LogSearch).display = False

    @property
    def text(self) -> str:
        """All that is shown."""
        return f"{self._head.content.plain}\n{self._lines.content.plain}"

    def show_run(self, state: RunState, folder: RunFolder) -> None:
        """Show what has come since."""
        self._log = self._log or LogText(folder.log_file)
        newest = state.told_count - self._told_count
        if newest > 0:
            now = state.seen_at >= self._since
            self._came += [(told, now) for told in list(state.told)[-newest:]]
        self._told_count = state.told_count
        if not self._busy:
            self._load()

    def on_resize(self, _: events.Resize) -> None:
        """As many rows as there is room for now, from the same one on."""
        self._load()

    # Keys

    def action_level(self) -> None:
        """Show another level, from about the same place."""
        self.level = self.level.next
        self._said = ""
        self._load()

    def action_follow(self) -> None:
        """Stay at the newest row, or stop that."""
        height = self._height
        self._go(lambda pages, top: first_of(pages, height) if top is None else None)

    def action_newest(self) -> None:
        """Go to the newest row, and stay there."""
        self._go(lambda pages, top: None)

    def action_first(self) -> None:
        """Go to the first row."""
        self._go(lambda pages, top: TOP)

    def action_turn(self, rows: int) -> None:
        """Go up or down by some rows."""
        height = self._height
        self._go(lambda pages, top: turned(pages, top, rows, height))

    def action_page(self, pages: int) -> None:
        """Go up or down by some pages, of which a row stays."""
        self.action_turn(pages * max(1, self._height - 1))

    def action_shift(self, by: int) -> None:
        """Show another part of long lines."""
        longest = max((len(row.text) for row in self.rows), default=0)
        self._left = max(0, min(self._left + by * SHIFT, longest - SHIFT))
        self._show()

    def action_find(self, direction: int) -> None:
        """Go to the next match, or to the one before."""
        if not self.sought:
            self.ask_search()
            return
        sought, found, height = self.sought, self.found, self._height

        def go(pages: LogPages, top: Place | None) -> Place | None:
            start = found or (END if top is None else (top[0], top[1] - direction))
            at, around = pages.find(sought, start, direction), ""
            if at is None:
                at = pages.find(sought, TOP if direction > 0 else END, direction)
                around = ", from the top" if direction > 0 else ", from the end"
            self._sought = (at, f"found{around}" if at else "not found")
            if at is None:
                return top
            # A few rows of what came before it help to read it.
            before = pages.before(at, height // 3)
            return before[0].place if before else at

        self._say(f"{LOOKING}{sought}")
        self._go(go)

    def ask_search(self) -> None:
        """Ask what to look for."""
        field = self.query_one(LogSearch)
        field.display = True
        field.value = self.sought
        field.focus()

    def on_log_search_left(self, event: LogSearch.Left) -> None:
        """Back to the rows."""
        event.stop()
        self._leave_search()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for it: upwards from the newest row where that is shown, else downwards."""
        event.stop()
        self._leave_search()
        self.sought, self.found = event.value, None
        if self.sought:
            self.action_find(-1 if self.top is None else 1)
        else:
            self._say("")

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Up by a few rows."""
        event.stop()
        self.action_turn(-WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Down by a few rows."""
        event.stop()
        self.action_turn(WHEEL)

    # Reading

    @property
    def _height(self) -> int:
        return max(1, self._lines.content_size.height)

    def _go(self, go: Go) -> None:
        self._asked.append(go)
        self._load()

    def _load(self) -> None:
        self._again = True
        if not self._busy and self._log is not None:
            self._busy = True
            self._read(self._log)

    @work(group="log")
    async def _read(self, log: LogText) -> None:
        """Read the rows to show, until nothing more was asked for."""
        try:
            while self._again:
                self._again = False
                asked, self._asked = self._asked, []
                height = self._lines.content_size.height
                if height:
                    await asyncio.to_thread(self._read_page, log, asked, height)
                    self._show()
        finally:
            self._busy = False

    def _read_page(self, log: LogText, asked: list[Go], height: int) -> None:
        """Off the event loop, one at a time."""
        self._take_told(log)
        self._bytes = log.size()
        newest = self._told[-1].number if self._told else -1
        wanted = (self._bytes, newest, height, self.level, self.top)
        if wanted == self._shown_of and not asked:
            return
        # A search that takes long gives way to whatever is asked for next.
        pages = LogPages(log, self._told, self.level, lambda: not self._asked)
        boundary = log.boundary()
        # Where it has only grown, a level with few lines is not looked for in all of it again.
        grown = not asked and wanted[2:] == self._shown_of[2:] and self._bytes >= self._boundary
        try:
            for go in asked:
                self.top = go(pages, self.top)
            top = self.top
            if top is not None:
                full = grown and len(self.rows) == height
                rows = self.rows if full else pages.page(top, height)
            elif grown:
                rows = pages.grown(self.rows, self._boundary, height)
            else:
                rows = pages.last_page(height)
        except Cancelled:
            if self._said.startswith(LOOKING):
                self._said = ""
            return
        self.rows, self._boundary = rows, boundary
        self._shown_of = (self._bytes, newest, height, self.level, self.top)

    def _take_told(self, log: LogText) -> None:
        came, self._came = self._came, []
        end = log.boundary() if came else 0
        for told, now in came:
            # How long the log was when one came before this screen did is not known.
            if not now:
                self._shown_of = ()
            at = end if now else 0
            number = self._told[-1].number + 1 if self._told else 0
            self._told.append(ToldAt(at, number, told.words, told.sign))
        del self._told[:-KEPT_WORDS]

    # Showing

    def _leave_search(self) -> None:
        self.query_one(LogSearch).display = False
        self.focus()

    def _say(self, words: str) -> None:
        self._said = words
        self._show()

    def _show(self) -> None:
        if self._sought is not None:
            self.found, words = self._sought
            self._sought = None
            self._said = f"{self.sought}: {words}"
        said = [self.level.value]
        if self._said:
            said.insert(0, glyphs().said(self._said))
        if self.top is None:
            said.append("following")
        elif self._bytes:
            said.append(f"at {size(min(self.top[0], self._bytes))}")
        if self._bytes:
            said.append(size(self._bytes))
        self._head.show(written(("log", HEADING), (f" {' · '.join(said)}", FAINT)))
        if not self.rows:
            none = "nothing written yet" if self.level is Level.ALL else f"no {self.level.value}"
            self._lines.show(written((none, FAINT)))
            return
        width = self._lines.content_size.width
        self._lines.show(stacked([self._drawn(row, width) for row in self.rows]))

    def _drawn(self, row: Row, width: int) -> Content:
        text = glyphs().said(row.text)
        text = glyphs().cut(text[self._left :], width - 2)
        sign = glyphs().cursor if row.place == self.found else row.sign
        style = STYLES.get(row.sign, "")
        line = Content.assemble((f"{sign} ", f"bold {style}"), (text, style))
        if not self.sought:
            return line
        ignore_case = self.sought == self.sought.lower()
        at = found = 0
        searched = text.lower() if ignore_case else text
        while (found := searched.find(self.sought, at)) >= 0:
            at = found + len(self.sought)
            line = line.stylize("reverse", 2 + found, 2 + at)
        return line


def first_of(pages: LogPages, height: int) -> Place:
    """Where the top row of the newest page stands."""
    rows = pages.last_page(height)
    return rows[0].place if rows else TOP


def turned(pages: LogPages, top: Place | None, rows: int, height: int) -> Place | None:
    """Where the top row stands after going up or down by some rows; None at the newest page."""
    if rows < 0:
        top = first_of(pages, height) if top is None else top
        before = pages.before(top, -rows)
        return before[0].place if before else top
    after = pages.after(top, rows + height + 1) if top is not None else []
    return after[rows].place if len(after) > rows + height else None
