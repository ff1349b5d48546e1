"""Two sets of glyphs, chosen by the encoding."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from rich.cells import cell_len

from tui.app.glyphs import ASCII, UNICODE, choose


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", None])
def test_utf8(encoding: str | None) -> None:
    assert choose(encoding) is UNICODE


@pytest.mark.parametrize("encoding", ["ANSI_X3.4-1968", "ascii", "latin-1", "iso8859-15"])
def test_others_get_ascii(encoding: str) -> None:
    assert choose(encoding) is ASCII


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=lambda signs: signs.name)
def test_every_glyph_takes_one_cell(signs: object) -> None:
    _, *glyphs, spinner, translation = astuple(signs)  # type: ignore[call-overload]
    assert [glyph for glyph in (*glyphs, *spinner) if cell_len(glyph) != 1] == []
    assert all(plain.isascii() for plain in translation.values())


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=lambda signs: signs.name)
def test_states_can_be_told_apart_without_colour(signs: object) -> None:
    states = [signs.trainable, signs.frozen, signs.auxiliary, signs.partial]  # type: ignore[attr-defined]
    assert len(set(states)) == 4


def test_ascii_is_ascii() -> None:
    _, *glyphs, spinner, _ = astuple(ASCII)
    assert all(glyph.isascii() for glyph in (*glyphs, *spinner))
    assert ASCII.text("64×3×3 · ≥1.2 M …") == "64x3x3 - >=1.2 M ..."


def test_cut() -> None:
    assert UNICODE.cut("weight", 6) == "weight"
    assert UNICODE.cut("weights", 6) == "weigh…"
    assert UNICODE.cut("weights", 6, keep_end=True) == "…ights"
    assert UNICODE.cut("weights", 1) == "…"
    assert UNICODE.cut("weights", 0) == ""
