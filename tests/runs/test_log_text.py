"""A log that is read a page at a time."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.runs import log_text
from tui.runs.log_text import LogLine, LogText, Wanted

LINES = st.lists(st.text("ab x\ré", max_size=12).map(lambda text: text.encode()), max_size=40)


def log_of(data: bytes) -> LogText:
    path = Path(tempfile.mkdtemp()) / "log.txt"
    path.write_bytes(data)
    return LogText(path)


@given(LINES, st.integers(1, 7), st.booleans())
def test_paging_either_way_reads_every_line_once(
    lines: list[bytes], page: int, ended: bool
) -> None:
    data = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    wanted = data.split(b"\n")
    if wanted[-1] == b"":
        wanted.pop()
    log = log_of(data)
    down: list[LogLine] = []
    at = 0
    while part := log.after(at, page).lines:
        down += part
        at = part[-1].end + 1
    assert [line.data for line in down] == wanted
    assert all(data[line.start : line.end] == line.data for line in down)
    up: list[LogLine] = []
    at = log.size()
    while part := log.before(at, page).lines:
        up = part + up
        at = part[0].start
    assert up == down


@given(LINES, st.integers(1, 4), st.integers(32, 96))
def test_what_is_looked_for_is_found_either_way_in_slices(
    lines: list[bytes], count: int, slice: int
) -> None:
    data = b"".join(line + b"\n" for line in lines)
    wanted = [line for line in lines if b"x" in line]
    log, pattern = log_of(data), Wanted(re.compile(b"x"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_text, "SLICE", slice)
        down: list[bytes] = []
        at = 0
        while True:
            part = log.found_after(at, count, pattern)
            down += [line.data for line in part.lines]
            if part.is_all:
                break
            assert part.reached > at
            at = part.reached
        up: list[bytes] = []
        at = log.size()
        while True:
            part = log.found_before(at, count, pattern)
            up = [line.data for line in part.lines] + up
            if part.is_all:
                break
            assert part.reached < at
            at = part.reached
    assert down == wanted
    assert up == wanted


def test_a_line_without_an_end_is_read_in_bounded_parts() -> None:
    log = log_of(b"x" * (10 * log_text.LONGEST))
    assert len(log.after(0, 3).lines) == 3
    assert len(log.before(log.size(), 3).lines) == 3
    assert all(len(line.data) <= log_text.LONGEST for line in log.after(0, 3).lines)


def test_a_bar_that_was_drawn_over_itself_is_the_last_one() -> None:
    [line] = log_of(b" 10 %\r 20 %\r 30 %\r\n").after(0, 5).lines
    assert line.text == " 30 %"


def test_colours_are_taken_out_and_tabs_are_blanks() -> None:
    [line] = log_of(b"\x1b[1;31mERROR\x1b[0m\tno room \xff\n").after(0, 5).lines
    assert line.text == "ERROR   no room �"


def test_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    log = LogText(tmp_path / "log.txt")
    assert log.size() == 0
    assert log.after(0, 5).lines == log.before(0, 5).lines == []
    assert log.found_after(0, 5, Wanted(re.compile(b"x"))).is_all


def test_a_page_of_a_large_log_reads_little_of_it(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # eight gigabytes that take no room
        file.seek(1 << 33)
        file.write(b"\nfirst\nlast\n")
    log = LogText(path)
    assert [line.data for line in log.before(log.size(), 2).lines] == [b"first", b"last"]
    assert len(log.after(0, 40).lines) == 40
