"""log.txt, read a page at a time from wherever one is in it: it can have hundreds of megabytes, and
grows while it is read.

A place in it is an offset in bytes. Nothing is counted or remembered of what was not asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST = 4096
"""Bytes after which a line that does not end is ended: each page is bounded, whatever is in it."""

SLICE = 1 << 22
"""Bytes that are looked through in one go for lines with something in them."""

_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line: where it begins and ends, without its line feed, and its bytes."""

    start: int
    end: int
    data: bytes

    @property
    def text(self) -> str:
        """What a terminal would be left with: of a bar that was drawn over itself, the last one;
        colours are taken out. All else that could act on a terminal is still in it."""
        text = self.data.decode("utf-8", "replace").rstrip("\r")
        return _COLOURS.sub("", text.rpartition("\r")[2]).expandtabs()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Lines with `pattern` in them. Where that alone is slow to look for, `words` are texts of
    which each such line has one at least."""

    pattern: re.Pattern[bytes]
    words: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class LogPart:
    """Some lines, oldest first; how far was looked; and whether there is no more that way."""

    lines: list[LogLine]
    reached: int
    is_all: bool


class LogText:
    """Reads one log. A log that is not there, or may not be read, is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def size(self) -> int:
        """Bytes that there are now."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def boundary(self) -> int:
        """Where the newest line begins that has not ended; the end where all have."""
        size = self.size()
        begin = max(0, size - LONGEST)
        data, _ = self._read(begin, size)
        return begin + data.rfind(b"\n") + 1 if b"\n" in data else size if begin else 0

    def after(self, start: int, count: int) -> LogPart:
        """The next `count` lines from an offset on, which is where a line begins. What is there of
        a last line that has not ended is a line."""
        data, size = self._read(start, start + count * LONGEST)
        lines: list[LogLine] = []
        for line in _split(data, start):
            if len(lines) == count:
                break
            lines.append(line)
        reached = lines[-1].end if lines else start
        return LogPart(lines, reached, reached >= size - 1)

    def before(self, end: int, count: int) -> LogPart:
        """The last `count` lines that begin before an offset, which is where a line begins, or the
        end of the log."""
        begin = max(0, end - count * LONGEST)
        data, _ = self._read(begin, end)
        begin, data = _from_a_beginning(begin, data)
        lines = list(_split(data, begin))
        kept = lines[-count:]
        is_all = begin == 0 and len(lines) <= count
        return LogPart(kept, kept[0].start if kept else begin, is_all)

    def found_after(self, start: int, count: int, wanted: Wanted) -> LogPart:
        """At most `count` lines with something in them, among the next `SLICE` bytes."""
        data, size = self._read(start, start + SLICE)
        if start + len(data) < size and b"\n" in data:
            data = data[: data.rfind(b"\n") + 1]
        lines: list[LogLine] = []
        for line in _found(data, start, wanted):
            lines.append(line)
            if len(lines) == count:
                return LogPart(lines, line.end + 1, line.end + 1 >= size)
        reached = start + len(data)
        return LogPart(lines, reached, reached >= size)

    def found_before(self, end: int, count: int, wanted: Wanted) -> LogPart:
        """At most `count` lines with something in them, the last ones among the `SLICE` bytes
        before an offset."""
        begin = max(0, end - SLICE)
        data, _ = self._read(begin, end)
        begin, data = _from_a_beginning(begin, data)
        lines = list(_found(data, begin, wanted))
        if len(lines) > count:
            return LogPart(lines[-count:], lines[-count].start, False)
        return LogPart(lines, begin, begin == 0)

    def _read(self, begin: int, end: int) -> tuple[bytes, int]:
        try:
            with self._path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(begin)
                return file.read(max(0, end - begin)), size
        except OSError:
            return b"", 0


def _from_a_beginning(begin: int, data: bytes) -> tuple[int, bytes]:
    # What was cut into is left to the part before; a line without an end is cut anywhere.
    if begin == 0:
        return begin, data
    cut = data.find(b"\n", 0, len(data) - 1) + 1
    return begin + cut, data[cut:]


def _split(data: bytes, begin: int) -> Iterator[LogLine]:
    at = 0
    while at < len(data):
        end = data.find(b"\n", at, at + LONGEST)
        if end >= 0:
            yield LogLine(begin + at, begin + end, data[at:end])
            at = end + 1
        else:
            end = min(len(data), at + LONGEST)
            yield LogLine(begin + at, begin + end, data[at:end])
            at = end


def _found(data: bytes, begin: int, wanted: Wanted) -> Iterator[LogLine]:
    for start, end in _with_words(data, wanted) if wanted.words else _matching(data, wanted):
        if wanted.pattern.search(data, start, end):
            shown = data[start : min(end, start + 2 * LONGEST)]
            yield LogLine(begin + start, begin + end, shown)


def _with_words(data: bytes, wanted: Wanted) -> list[tuple[int, int]]:
    lines = set()
    for word in wanted.words:
        at = data.find(word)
        while at >= 0:
            line = _line_at(data, at)
            lines.add(line)
            at = data.find(word, line[1])
    return sorted(lines)


def _matching(data: bytes, wanted: Wanted) -> Iterator[tuple[int, int]]:
    match = wanted.pattern.search(data)
    while match is not None:
        line = _line_at(data, match.start())
        yield line
        match = wanted.pattern.search(data, line[1] + 1)


def _line_at(data: bytes, at: int) -> tuple[int, int]:
    end = data.find(b"\n", at)
    return data.rfind(b"\n", 0, at) + 1, len(data) if end < 0 else end
