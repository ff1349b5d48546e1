"""Two sets of glyphs, chosen by the encoding."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import astuple

import pytest
from rich.cells import cell_len

from tests.app.models import ssd
from tests.app.showing import model_screen, text_of
from tui.app.glyphs import ASCII, CONSOLE, UNICODE, choose, use


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "utf8", None])
def test_utf8(encoding: str | None) -> None:
    assert choose(encoding) is UNICODE


@pytest.mark.parametrize("encoding", ["ANSI_X3.4-1968", "ascii", "latin-1", "iso8859-15"])
def test_others_get_ascii(encoding: str) -> None:
    assert choose(encoding) is ASCII


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=lambda signs: signs.name)
def test_every_glyph_takes_one_cell(signs: object) -> None:
    _, *glyphs, spinner, translation, _ = astuple(signs)  # type: ignore[call-overload]
    assert [glyph for glyph in (*glyphs, *spinner) if cell_len(glyph) != 1] == []
    assert all(plain.isascii() for plain in translation.values())


@pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=lambda signs: signs.name)
def test_states_can_be_told_apart_without_colour(signs: object) -> None:
    states = [signs.trainable, signs.frozen, signs.auxiliary, signs.partial]  # type: ignore[attr-defined]
    assert len(set(states)) == 4


def test_ascii_is_ascii() -> None:
    _, *glyphs, spinner, _, _ = astuple(ASCII)
    assert all(glyph.isascii() for glyph in (*glyphs, *spinner))
    assert ASCII.text("64×3×3 · ≥1.2 M …") == "64x3x3 - >=1.2 M ..."


def test_cut() -> None:
    assert UNICODE.cut("weight", 6) == "weight"
    assert UNICODE.cut("weights", 6) == "weigh…"
    assert UNICODE.cut("weights", 6, keep_end=True) == "…ights"
    assert UNICODE.cut("weights", 1) == "…"
    assert UNICODE.cut("weights", 0) == ""


@pytest.mark.parametrize(
    ("environment", "chosen"),
    [
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, ASCII),
        ({"LC_CTYPE": "POSIX"}, ASCII),
        ({"LANG": "C"}, ASCII),
        ({"LANG": "de_DE.UTF-8", "TERM": "linux"}, CONSOLE),
        ({"LANG": "C", "TERM": "linux"}, ASCII),
        ({}, UNICODE),
        ({"LANG": "C.UTF-8"}, UNICODE),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "C"}, UNICODE),
        ({"LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, UNICODE),
    ],
)
def test_who_asks_for_c_gets_ascii(environment: dict[str, str], chosen: object) -> None:
    assert choose("utf-8", environment) is chosen


@pytest.mark.parametrize("name", ["LANG", "LC_ALL"])
def test_in_a_real_process_as_well(name: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "LANG"}
    for other in ("LC_ALL", "LC_CTYPE", "PYTHONUTF8"):
        environment.pop(other, None)
    done = subprocess.run(
        [sys.executable, "-c", "from tui.app.glyphs import glyphs; print(glyphs().name)"],
        env={**environment, name: "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "ascii"


async def test_nothing_but_ascii_is_drawn() -> None:
    use(ASCII)
    try:
        async with model_screen(ssd(), (60, 16)) as (pilot, screen):
            screen.message.say("a message that is longer than the sixty columns that it has here")
            await pilot.pause()
            assert "a message that is longer" in text_of(pilot)
            assert text_of(pilot).isascii()
    finally:
        use(None)
