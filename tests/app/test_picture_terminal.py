"""What the terminal answers is heard, and is never taken for keys."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._parser import Parser
from textual._xterm_parser import XTermParser

from tui.app import glyphs
from tui.app.looks import be_slow, take_up
from tui.app.picture_terminal import PictureTerminal, _listen

NAME = "\x1bP>|XTerm(390)\x1b\\"
LONG = "\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c"
"""Longer than all that Textual's parser would wait for."""


def terminal(**environment: str) -> PictureTerminal:
    return PictureTerminal(environment)


@pytest.mark.parametrize(
    ("answer", "ways"),
    [
        ("\x1b[?62;c", ("half blocks", "greys")),
        ("\x1b[?1;2c", ("half blocks", "greys")),
        ("\x1b[?62;22;44c", ("half blocks", "greys")),
        ("\x1b[?64;1;4;22c", ("sixel", "half blocks", "greys")),
        (LONG, ("sixel", "half blocks", "greys")),
        ("\x1bP>|kitty(0.32.2)\x1b\\\x1b[?62;c", ("kitty", "half blocks", "greys")),
        ("\x1bP>|kitty(0.26.5)\x1b\\\x1b[?62;c", ("half blocks", "greys")),
        ("\x1bP>|kitty(1.0)\x1b\\\x1b[?62;c", ("kitty", "half blocks", "greys")),
        ("\x1bP>|ghostty 1.1.0\x1b\\\x1b[?62;22c", ("kitty", "half blocks", "greys")),
        ("\x1bP>|tmux 3.4\x1b\\\x1b[?1;2;4c", ("sixel", "half blocks", "greys")),
        (f"{NAME}\x1b[?64;1;2c", ("half blocks", "greys")),
        ("", ("half blocks", "greys")),
    ],
)
def test_what_it_answers_says_what_it_takes(answer: str, ways: tuple[str, ...]) -> None:
    heard = terminal(TERM="xterm-256color")
    assert heard.without_answers(answer) == ""
    assert heard.ways() == ways


def test_its_name_in_the_environment_is_enough() -> None:
    assert terminal(TERM="xterm-kitty").ways()[0] == "kitty"
    assert terminal(TERM="xterm-ghostty").ways()[0] == "kitty"
    assert terminal(TERM="tmux-256color", KITTY_WINDOW_ID="1").ways()[0] == "half blocks"


def test_a_kitty_from_before_placeholders_gets_half_blocks() -> None:
    heard = terminal(TERM="xterm-kitty")
    heard.without_answers("\x1bP>|kitty(0.26.5)\x1b\\\x1b[?62;c")
    assert heard.ways() == ("half blocks", "greys")


def test_on_a_slow_link_pixels_are_sent_only_when_asked_for() -> None:
    be_slow()
    try:
        assert terminal(TERM="xterm-kitty").ways() == ("half blocks", "greys", "kitty")
    finally:
        take_up(None)


def test_without_colour_and_without_unicode() -> None:
    assert terminal(TERM="xterm-kitty", NO_COLOR="1").ways() == ("greys", "ascii")
    glyphs.use(glyphs.ASCII)
    try:
        assert terminal(TERM="xterm-kitty").ways() == ("ascii",)
    finally:
        glyphs.use(None)


typed = st.text(st.sampled_from("qxh[?;c4>|P\\ \r") | st.characters(codec="utf-8"), max_size=6)


@given(typed.filter(lambda keys: "\x1b" not in keys), typed, st.lists(st.integers(0, 80)))
def test_keys_before_and_behind_it_stay_wherever_it_is_cut(
    before: str, behind: str, cuts: list[int]
) -> None:
    """It may come in pieces, and while somebody types."""
    heard = terminal(TERM="xterm")
    data = before + NAME + LONG + behind
    # A lone Escape may be the key, so a cut just behind it, or behind a P, is not mended.
    torn = ("\x1b", "\x1bP", "\x1b[")
    inner = [at for at in sorted(cuts) if at < len(data) and not data[:at].endswith(torn)]
    pieces = [data[a:b] for a, b in pairwise([0, *inner, len(data)])]
    assert "".join(map(heard.without_answers, pieces)) == before + behind
    assert heard.sixel


@pytest.mark.parametrize("key", ["\x1b", "\x1b[A", "\x1bOP", "\x1bP", "\x1b[?2026;2$y", "q"])
def test_a_key_is_never_held_back(key: str) -> None:
    assert terminal(TERM="xterm").without_answers(key) == key


@pytest.fixture
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    # Another test may have let an app listen.
    monkeypatch.setattr(XTermParser, "feed", Parser.feed)


@pytest.mark.usefixtures("_as_it_was")
def test_textual_would_take_it_for_keys_and_does_not() -> None:
    def keys(data: str) -> list[str]:
        parser = XTermParser()
        return [event.key for event in parser.feed(data) if isinstance(event, events.Key)]

    assert "c" in keys(LONG + "\x1b[A"), "nothing needs to be kept from it any more"
    heard = terminal(TERM="xterm")
    _listen(heard.without_answers)
    assert keys("h" + LONG + "\x1b[A") == ["h", "up"]
    parser = XTermParser()
    assert list(parser.feed(LONG)) == []
    assert not parser.is_eof, "an answer alone is no end"
    list(parser.feed(""))
    assert parser.is_eof
