"""Every screen and dialog at every size, in colour, without colour, and in ASCII: compared with
pictures that were looked at.

In colour a picture is an SVG. Without colour it is text with a second block that tells the look of
each cell, which is all that is left to tell states by; in ASCII it is the text alone.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.strip import Strip

from tests.app.gallery import GALLERY, on_show
from tests.app.showing import NARROW
from tui.app.config import Config
from tui.app.looks import looks_of, take_up

SIZES = [(60, 16), (80, 24), (120, 40), (200, 60)]
BY_SIZE = pytest.mark.parametrize("size", SIZES, ids=["60x16", "80x24", "120x40", "200x60"])
BY_SCREEN = pytest.mark.parametrize("name", GALLERY)

ESCAPED = re.compile(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4})")

DEFAULT = Color.default()

LOOKS = (("bold", "b"), ("dim", "d"), ("italic", "i"), ("underline", "u"), ("reverse", "r"))


class TextFile(SingleFileSnapshotExtension):
    """A snapshot that is a file of text."""

    _write_mode = WriteMode.TEXT
    _file_extension = "txt"

    def serialize(self, data: Any, **_: Any) -> str:
        return str(data)


@pytest.fixture
def text_file(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(TextFile)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a screen names of its surroundings is the same wherever the test runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MXNET_HOME", "/mxnet")
    for module in ("tui.app.screens.train_form", "tui.app.run_draft"):
        monkeypatch.setattr(f"{module}.runs_home", lambda: Path("/home/you/runs"))


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    yield
    take_up(None)


def strips(name: str, size: tuple[int, int]) -> list[Strip]:
    """What a screen of the gallery comes to, line by line."""

    async def lines() -> list[Strip]:
        async with on_show(name, size) as pilot:
            return pilot.app.screen._compositor.render_strips()

    return asyncio.run(lines())


def colours(lines: list[Strip]) -> set[Color]:
    """All that are seen: of what is written, and of what is behind it."""
    drawn = [(text, style) for line in lines for text, style, _ in line if style is not None]
    seen = [style.bgcolor for _, style in drawn]
    seen += [style.color for text, style in drawn if text.strip()]
    return {colour for colour in seen if colour is not None and not colour.is_default}


def unseen(lines: list[Strip]) -> list[str]:
    """What is written in the colour of what is behind it."""
    return [
        text
        for text, style, _ in (segment for line in lines for segment in line)
        if text.strip()
        and style is not None
        and (style.color or DEFAULT) == (style.bgcolor or DEFAULT)
        and not (style.color or DEFAULT).is_default
    ]


def text_of(lines: list[Strip]) -> str:
    return "\n".join(line.text.rstrip() for line in lines) + "\n"


def attributes_of(lines: list[Strip]) -> str:
    """A letter for the look of each cell, a capital where there are several."""
    rows = []
    for line in lines:
        row = ""
        for segment in line:
            style = segment.style
            has = [letter for look, letter in LOOKS if style and getattr(style, look)]
            letter = has[0] if len(has) == 1 else has[-1].upper() if has else " "
            row += letter * segment.cell_length
        rows.append(row.rstrip())
    return "\n".join(rows) + "\n"


@BY_SIZE
@BY_SCREEN
def test_in_colour(snap_compare: Callable[..., bool], name: str, size: tuple[int, int]) -> None:
    shown = GALLERY[name]
    assert snap_compare(shown.app(), terminal_size=size, run_before=shown.ready)


@BY_SIZE
@BY_SCREEN
def test_without_colour(
    text_file: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    size: tuple[int, int],
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    lines = strips(name, size)
    assert colours(lines) == set()
    assert f"{text_of(lines)}\n{attributes_of(lines)}" == text_file


@BY_SIZE
@BY_SCREEN
def test_in_ascii(text_file: SnapshotAssertion, name: str, size: tuple[int, int]) -> None:
    take_up(looks_of(Config(ascii=True)))
    text = text_of(strips(name, size))
    assert sorted({sign for sign in text if not sign.isascii()}) == []
    assert ESCAPED.findall(text) == []  # of our own signs; no name in the gallery has others
    assert text == text_file


# Pictures are in their own colours wherever there are any.
@pytest.mark.parametrize("name", [name for name in GALLERY if name != "pictures"])
def test_in_the_terminals_own_colours_there_is_no_other(name: str) -> None:
    take_up(looks_of(Config(theme="ansi-dark")))
    lines = strips(name, NARROW)
    assert {one for one in colours(lines) if not one.is_system_defined} == set()
    assert unseen(lines) == []


def test_nothing_is_pictured_that_is_not_in_the_gallery() -> None:
    """A picture whose screen was renamed would lie about for ever."""
    pictures = Path(__file__).parent / "__snapshots__" / "test_gallery"
    for file in os.listdir(pictures):
        assert file.partition("[")[2].rpartition("-")[0] in GALLERY, file
