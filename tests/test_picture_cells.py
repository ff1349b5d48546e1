"""Pictures as cells, and that no terminal is asked anything."""

from __future__ import annotations

import base64
import io
import re
import sys
from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui.picture_cells import RAMP, USUAL_CELL, Way, cell_size, draw, fit

RED, BLUE = (250, 10, 10), (10, 10, 250)
sides = st.integers(1, 4000)


class Tty(io.StringIO):
    """A terminal that would be written to, had it been found."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def stdout(monkeypatch: pytest.MonkeyPatch) -> Tty:
    stream = Tty()
    monkeypatch.setattr(sys, "__stdout__", stream)
    monkeypatch.setattr(sys, "__stderr__", stream)
    return stream


@pytest.fixture
def picture() -> Image.Image:
    """Red above blue, 80×40."""
    image = Image.new("RGB", (80, 40), RED)
    image.paste(BLUE, (0, 20, 80, 40))
    return image


@given(sides, sides, st.integers(1, 300), st.integers(1, 100))
def test_a_picture_fits_and_fills_one_side(
    width: int, height: int, columns: int, rows: int
) -> None:
    across, down = fit((width, height), columns, rows)
    assert 1 <= across <= columns
    assert 1 <= down <= rows
    assert across == columns or down == rows


def test_it_is_not_distorted() -> None:
    assert fit((400, 300), 80, 20) == (53, 20)
    assert fit((400, 300), 80, 20, (9, 18)) == (53, 20)
    assert fit((400, 100), 80, 20, (10, 10)) == (80, 20)


@pytest.mark.parametrize("way", get_args(Way))
def test_every_way_gives_rows_of_one_width_and_asks_nothing(
    way: Way, picture: Image.Image, stdout: Tty
) -> None:
    cells = draw(picture, way, 30, 12)
    assert (cells.width, len(cells.rows)) == (30, 8)
    for row in cells.rows:
        assert sum(segment.cell_length for segment in row) == 30
    assert stdout.getvalue() == ""
    assert sys.__stdout__ is stdout


def test_half_blocks_have_the_colours_of_two_pixels(picture: Image.Image) -> None:
    cells = draw(picture, "half blocks", 30, 12)
    first, last = cells.rows[0][0], cells.rows[-1][0]
    assert first.text == "▀"
    assert first.style is not None
    assert first.style.color is not None
    assert first.style.color.triplet == RED
    assert last.style is not None
    assert last.style.bgcolor is not None
    assert last.style.bgcolor.triplet == BLUE


def test_few_colours_where_few_are_asked_for() -> None:
    image = Image.radial_gradient("L").convert("RGB")

    def colours(most: int) -> int:
        rows = draw(image, "half blocks", 30, 15, most).rows
        return len({segment.style.color for row in rows for segment in row if segment.style})

    assert colours(16) <= 16 < colours(0)


def test_ascii_is_a_ramp_from_dark_to_bright() -> None:
    image = Image.new("L", (40, 40), 0)
    image.paste(255, (20, 0, 40, 40))
    cells = draw(image.convert("RGB"), "ascii", 10, 5)
    text = cells.rows[2][0].text
    assert text.isascii()
    assert (text[0], text[-1]) == (RAMP[0], RAMP[-1])


def test_sixel_is_drawn_over_blanks(picture: Image.Image) -> None:
    cells = draw(picture, "sixel", 30, 12)
    assert {segment.text.strip() for row in cells.rows for segment in row} == {""}
    size = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', cells.over)
    assert size is not None
    assert (int(size[1]), int(size[2])) == (30 * USUAL_CELL[0], 8 * USUAL_CELL[1])
    assert cells.over.endswith("\x1b\\")
    assert cells.over.count("\x1bP") == 1


def test_sixel_follows_letters_that_are_made_larger(
    picture: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    for cell in ((10, 20), (20, 40)):
        monkeypatch.setattr("tui.picture_cells.cell_size", lambda cell=cell: cell)
        found = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', draw(picture, "sixel", 30, 12).over)
        assert found is not None
        sizes.append((int(found[1]), int(found[2])))
    assert sizes == [(300, 160), (600, 320)]


def test_kittys_pictures_are_sent_before_their_placeholders(picture: Image.Image) -> None:
    cells = draw(picture, "kitty", 30, 12)
    parts = re.findall(r"\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\", cells.before)
    sent = base64.b64decode("".join(data for _, data in parts))
    assert Image.open(io.BytesIO(sent)).getpixel((5, 5)) == RED
    assert any("U=1" in keys for keys, _ in parts), "placed where its signs stand"
    assert "\U0010eeee" in cells.rows[0][0].text
    assert re.fullmatch(r"\x1b_Ga=d,I=\d+\x1b\\", cells.after)


def test_cells_of_unknown_size_have_the_usual_one() -> None:
    assert cell_size() == USUAL_CELL


def test_the_system_knows_the_size_of_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl
    import os
    import pty
    import struct
    import termios

    there, here = pty.openpty()
    with os.fdopen(here, "w") as stream:
        monkeypatch.setattr(sys, "__stdout__", cast("Tty", stream))
        assert cell_size() == USUAL_CELL
        fcntl.ioctl(here, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 720, 432))
        assert cell_size() == (9, 18)
    os.close(there)
