"""A terminal that is asked: by a stand-in at the other end of a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import termios
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from tui.commands.checks.terminal_query import ask, read_answers

KITTY = b"\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.38.0)\x1b\\\x1bP1+r4d73=1b5d\x1b\\\x1b[?62;c"
XTERM = b"\x1bP>|XTerm(390)\x1b\\\x1bP1+r4d73=1b5d\x1b\\\x1b[?64;1;2;4;22c"


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The terminal's end, and the program's."""
    master, slave = pty.openpty()
    yield master, slave
    os.close(master)
    os.close(slave)


def answering(master: int, answer: bytes) -> Thread:
    """A terminal that answers once the last question is in."""

    def answer_once() -> None:
        asked = b""
        while b"\x1b[c" not in asked and select.select([master], [], [], 10)[0]:
            asked += os.read(master, 4096)
        os.write(master, answer)

    thread = Thread(target=answer_once)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("answer", "name", "kitty", "sixel"),
    [(KITTY, "kitty(0.38.0)", True, False), (XTERM, "XTerm(390)", False, True)],
)
def test_what_it_answers(
    ends: tuple[int, int], answer: bytes, name: str, kitty: bool, sixel: bool
) -> None:
    master, slave = ends
    before = termios.tcgetattr(slave)
    thread = answering(master, answer)
    answers = ask(slave, slave, patience=10)
    thread.join()
    assert (answers.name, answers.kitty, answers.sixel) == (name, kitty, sixel)
    assert answers.clipboard is True
    assert termios.tcgetattr(slave) == before
    # Nothing of it is left for the shell to read as keys.
    assert not select.select([slave], [], [], 0)[0]


def test_one_that_says_nothing_is_waited_for_no_longer_than_told(ends: tuple[int, int]) -> None:
    _, slave = ends
    before = termios.tcgetattr(slave)
    start = time.monotonic()
    answers = ask(slave, slave, patience=0.2)
    assert 0.2 <= time.monotonic() - start < 5
    assert answers.attributes is None
    assert termios.tcgetattr(slave) == before


def test_what_is_no_terminal_is_not_asked() -> None:
    reads, writes = os.pipe()
    try:
        with pytest.raises(termios.error):
            ask(reads, writes)
    finally:
        os.close(reads)
        os.close(writes)


@pytest.mark.parametrize(
    ("data", "clipboard"),
    [
        (b"\x1b[?62;22;52c", True),
        (b"\x1bP0+r4d73\x1b\\\x1b[?62c", False),
        (b"\x1b[?62c", None),
        (b"", None),
    ],
)
def test_copies_are_only_promised_where_the_terminal_says_so(
    data: bytes, clipboard: bool | None
) -> None:
    assert read_answers(data).clipboard is clipboard
