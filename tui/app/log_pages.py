"""The trainer's output and the events of a run in words, as one text that is paged, narrowed to a
level, and searched.

An event stands where the output was when it came; what came before this screen did stands at the
top. All of this reads files: it is called off the event loop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from tui.runs.log_text import LogLine, LogText, Wanted

Place = tuple[int, int]
"""Where a row stands: an offset in the log, and the number of an event, or `OUTPUT`."""

OUTPUT = 1 << 30
"""Of a row of the log itself: it comes after the events that stand at its offset."""

TOP: Place = (0, -1)
END: Place = (1 << 62, OUTPUT)

_ERRORS = (
    rb"\b(?:ERROR|CRITICAL|FATAL|Traceback)\b|\b[A-Z]\w*(?:Error|Exception|Interrupt)\b"
    rb"|\bFatal |\b[Ee]rror:|Check failed|Segmentation fault|^  File \""
)
_ERROR_WORDS = (
    *(b"ERROR", b"CRITICAL", b"FATAL", b"Traceback", b"Error", b"Exception", b"Interrupt"),
    *(b"Fatal", b"error:", b"Check failed", b"Segmentation fault", b'  File "'),
)
_WARNING_WORDS = (b"WARN", b"Warning", b"arning:")
_WARNINGS = rb"\bWARN(?:ING)?\b|\b[A-Z]\w*Warning\b|\b[Ww]arning:"


class Level(Enum):
    """What is shown: the value is its word. `wanted` is what lines of it have in them, None for
    all lines."""

    ALL = "all output"
    WARNINGS = "warnings and errors"
    ERRORS = "errors"

    @property
    def wanted(self) -> Wanted | None:
        """What a line of this level has in it."""
        return _WANTED[self]

    @property
    def next(self) -> Level:
        """The next one, and the first after the last."""
        levels = list(Level)
        return levels[(levels.index(self) + 1) % len(levels)]


_OF_ERRORS = Wanted(re.compile(_ERRORS, re.MULTILINE), _ERROR_WORDS)
_OF_WARNINGS = Wanted(
    re.compile(_ERRORS + b"|" + _WARNINGS, re.MULTILINE), _ERROR_WORDS + _WARNING_WORDS
)
_WANTED = {Level.ALL: None, Level.WARNINGS: _OF_WARNINGS, Level.ERRORS: _OF_ERRORS}


_SIGNS = {Level.ALL: "-!E", Level.WARNINGS: "!E", Level.ERRORS: "E"}
"""Of events that a level has."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the log, or an event; `sign` tells its level without colour."""

    place: Place
    text: str
    sign: str = " "


@dataclass(frozen=True, slots=True)
class ToldAt:
    """An event in words, and how long the log was when it came."""

    offset: int
    number: int
    text: str
    sign: str = "!"

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.offset, self.number


class Cancelled(Exception):
    """What was looked for is not wanted any more."""


class LogPages:
    """Pages of a log with the events of its run. `wanted` is asked between two slices of a long
    search: where it says no, the search ends with `Cancelled`."""

    def __init__(
        self,
        log: LogText,
        told: Sequence[ToldAt],
        level: Level,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._log = log
        self._level = level
        self._told = [one for one in told if one.sign in _SIGNS[level]]
        self._wanted = wanted

    def after(self, place: Place, count: int) -> list[Row]:
        """The next `count` rows from a place on."""
        # The line that begins there may come before the place itself.
        lines = self._lines_after(place[0], count + 1, self._level.wanted)
        rows = [*map(_row, lines), *map(_told_row, self._told)]
        return sorted((row for row in rows if row.place >= place), key=_by_place)[:count]

    def before(self, place: Place, count: int, floor: int = 0) -> list[Row]:
        """The last `count` rows before a place, and not before an offset, at which a line
        begins."""
        end = min(place[0], self._log.size())
        lines = self._lines_before(end, count, self._level.wanted, floor)
        rows = [*map(_row, lines), *map(_told_row, self._told)]
        rows = [row for row in rows if (floor, -1) <= row.place < place]
        return sorted(rows, key=_by_place)[-count:]

    def grown(self, rows: list[Row], floor: int, count: int) -> list[Row]:
        """The newest page of a log of which these rows were the newest page, when its last line
        that had ended was at an offset: what was looked through then is not looked through
        again."""
        kept = [row for row in rows if row.place < (floor, -1)]
        return (kept + self.before(END, count, floor))[-count:]

    def page(self, place: Place, count: int) -> list[Row]:
        """The rows from a place on; where they are fewer than `count`, those before it too."""
        rows = self.after(place, count)
        if len(rows) < count:
            before = rows[0].place if rows else END
            rows = self.before(before, count - len(rows)) + rows
        return rows

    def last_page(self, count: int) -> list[Row]:
        """The newest rows."""
        return self.before(END, count)

    def find(self, text: str, place: Place, direction: int) -> Place | None:
        """The first row with a text in it after a place (1), or the last one before it (-1). Small
        letters stand for capital ones too."""
        flags = 0 if text != text.lower() else re.IGNORECASE
        pattern = re.compile(re.escape(text.encode()), flags)
        found = [told.place for told in self._told if pattern.search(told.text.encode())]
        step = self._line_after if direction > 0 else self._line_before
        line = step(place, Wanted(pattern))
        if line is not None:
            found.append((line.start, OUTPUT))
        if direction > 0:
            return min((one for one in found if one > place), default=None)
        return max((one for one in found if one < place), default=None)

    def _line_after(self, place: Place, wanted: Wanted) -> LogLine | None:
        at = place[0]
        while True:
            part = self._log.found_after(at, 1, wanted)
            for line in part.lines:
                if (line.start, OUTPUT) > place and self._is_of_level(line):
                    return line
            if part.is_all:
                return None
            at = part.reached
            self._ask()

    def _line_before(self, place: Place, wanted: Wanted) -> LogLine | None:
        at = min(place[0], self._log.size())
        while at > 0:
            part = self._log.found_before(at, 1, wanted)
            for line in part.lines:
                if self._is_of_level(line):
                    return line
            if part.is_all:
                return None
            at = part.reached
            self._ask()
        return None

    def _is_of_level(self, line: LogLine) -> bool:
        wanted = self._level.wanted
        return wanted is None or wanted.pattern.search(line.data) is not None

    def _lines_after(self, start: int, count: int, wanted: Wanted | None) -> list[LogLine]:
        if wanted is None:
            return self._log.after(start, count).lines
        lines: list[LogLine] = []
        while len(lines) < count:
            part = self._log.found_after(start, count - len(lines), wanted)
            lines += part.lines
            if part.is_all:
                break
            start = part.reached
            self._ask()
        return lines

    def _lines_before(
        self, end: int, count: int, wanted: Wanted | None, floor: int
    ) -> list[LogLine]:
        if wanted is None:
            return self._log.before(end, count).lines
        lines: list[LogLine] = []
        while len(lines) < count and end > floor:
            part = self._log.found_before(end, count - len(lines), wanted)
            lines = part.lines + lines
            if part.is_all:
                break
            end = part.reached
            self._ask()
        return lines

    def _ask(self) -> None:
        if not self._wanted():
            raise Cancelled


def _by_place(row: Row) -> Place:
    return row.place


def _row(line: LogLine) -> Row:
    if _OF_ERRORS.pattern.search(line.data):
        sign = "E"
    else:
        sign = "W" if _OF_WARNINGS.pattern.search(line.data) else " "
    return Row((line.start, OUTPUT), line.text, sign)


def _told_row(told: ToldAt) -> Row:
    return Row(told.place, told.text, told.sign)
