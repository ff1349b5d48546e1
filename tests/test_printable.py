"""Names from models are shown, never interpreted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.printable import printable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ssd0_conv0_weight", "ssd0_conv0_weight"),
        ("[bold red]x[/]", "[bold red]x[/]"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\r", r"a\x0ab\x09c\x0d"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eevil", r"\u202eevil"),
        ("\u05d0\u05d1", r"\u05d0\u05d1"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("e\u0301", r"e\u0301"),
        ("層1", r"\u5c641"),
        ("\ufdfd", r"\ufdfd"),
        ("\U0001f525", r"\U0001f525"),
        ("größe_α", "größe_α"),
        ("back\\x1bslash", r"back\\x1bslash"),
        ("\ud800", r"\ud800"),
    ],
)
def test_shown(name: str, shown: str) -> None:
    assert printable(name) == shown


def test_ascii_only() -> None:
    assert printable("größe", ascii_only=True) == r"gr\xf6\xdfe"


@given(st.text(alphabet=st.characters(codec=None)))
def test_every_character_takes_one_cell(name: str) -> None:
    shown = printable(name)
    assert shown.isprintable()
    assert cell_len(shown) == len(shown)
    assert printable(name, ascii_only=True).isascii()


@given(st.text(), st.text())
def test_different_names_are_shown_differently(one: str, other: str) -> None:
    assert (printable(one) == printable(other)) == (one == other)
