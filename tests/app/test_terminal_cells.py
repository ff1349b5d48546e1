"""What is written is less, and makes a terminal show the same."""

from __future__ import annotations

from itertools import zip_longest

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.app.terminal_cells import FewerBytes, TerminalCells

WIDTH, HEIGHT = 24, 3

STYLES = [
    Style(),
    Style(bold=True),
    Style(dim=True, reverse=True),
    Style(bold=True, dim=True),
    Style(underline=True, italic=True),
    Style.parse("red on default"),
    Style.parse("bold #e0e0e0 on #121212"),
    Style.parse("#e0e0e0 on #0178d4"),
    Style.parse("strike bright_blue on green"),
]
TEXTS = st.text(alphabet="ab  ●層…|", min_size=1, max_size=9)
SEGMENTS = st.tuples(TEXTS, st.sampled_from([None, *STYLES])).map(lambda told: Segment(*told))
LINES = st.lists(SEGMENTS, max_size=5).map(
    lambda segments: Strip(segments).adjust_cell_length(WIDTH, Style())
)
FULL = st.lists(LINES, min_size=HEIGHT, max_size=HEIGHT)


def console(system: str = "truecolor") -> Console:
    return Console(color_system=system, force_terminal=True, _environ={})  # type: ignore[arg-type]


def full(lines: list[Strip]) -> LayoutUpdate:
    return LayoutUpdate([[line] for line in lines], Region(0, 0, WIDTH, HEIGHT))


def part(lines: list[Strip], spans: list[tuple[int, int, int]], cut: int) -> ChopsUpdate:
    chops = [{0: line.crop(0, cut), cut: line.crop(cut, WIDTH)} for line in lines]
    return ChopsUpdate(chops, spans, [[cut, WIDTH]] * HEIGHT)


class Shown:
    """A terminal, and what it shows."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self.screen)
        self.bytes = 0

    def feed(self, text: str) -> None:
        self.bytes += len(text.encode())
        # pyte wants no carriage return of a line feed, as a terminal in raw mode.
        self._stream.feed(text)

    @property
    def cells(self) -> list[list[tuple[object, ...]]]:
        return [[tuple(self.screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)]


@given(st.lists(st.tuples(FULL, st.integers(1, WIDTH - 1), st.booleans()), max_size=6))
def test_a_terminal_shows_the_same(updates: list[tuple[list[Strip], int, bool]]) -> None:
    plain, frugal, cells = Shown(), Shown(), TerminalCells()
    cells.resize(WIDTH, HEIGHT)
    for lines, cut, whole in updates:
        update: CompositorUpdate = full(lines)
        if not whole:
            update = part(lines, [(0, 0, WIDTH), (2, cut, WIDTH)], cut)
        plain.feed(update.render_segments(console()))
        frugal.feed(FewerBytes(update, cells).render_segments(console()))
        assert frugal.cells == plain.cells
    assert frugal.bytes <= plain.bytes


@given(FULL)
def test_the_same_again_costs_nothing(lines: list[Strip]) -> None:
    cells = TerminalCells()
    cells.resize(WIDTH, HEIGHT)
    cells.write(full(lines), console())
    assert cells.write(full(lines), console()) == ""


def written(cells: TerminalCells, text: str, style: Style | None = None) -> str:
    lines = [Strip([Segment(text.ljust(WIDTH), style)]), *[Strip.blank(WIDTH)] * 2]
    return cells.write(full(lines), console())


@pytest.fixture
def cells() -> TerminalCells:
    one = TerminalCells()
    one.resize(WIDTH, HEIGHT)
    written(one, "loss 0.125")
    return one


def test_only_what_changed_is_written(cells: TerminalCells) -> None:
    assert written(cells, "loss 0.124") == "\x1b[1;10H4"


def test_what_is_far_apart_is_stepped_over(cells: TerminalCells) -> None:
    assert written(cells, "lost 0.125      now") == "\x1b[1;4Ht\x1b[12Cnow"


def test_a_look_is_changed_and_not_spelled_out() -> None:
    cells = TerminalCells()
    cells.resize(WIDTH, HEIGHT)
    line = Strip(
        [
            Segment("a", Style.parse("bold #e0e0e0 on #121212")),
            Segment("b" * (WIDTH - 1), Style.parse("#e0e0e0 on #121212")),
        ]
    )
    told = cells.write(full([line, line, line]), console())
    assert told.count("38;2;224;224;224") == 1
    assert "\x1b[22mb" in told


@pytest.mark.parametrize("forgets", ["forget", "resize"])
def test_what_is_forgotten_is_written_again(cells: TerminalCells, forgets: str) -> None:
    if forgets == "forget":
        cells.forget()
    else:
        cells.resize(WIDTH + 1, HEIGHT)
    cells.resize(WIDTH, HEIGHT)
    assert "loss 0.125" in written(cells, "loss 0.125")


def test_pictures_are_written_as_they_are(cells: TerminalCells) -> None:
    picture = Strip([Segment("\x1bPq#0~\x1b\\", None, ((ControlType.CURSOR_FORWARD, 3),))])
    update = full([picture, *[Strip.blank(WIDTH)] * 2])
    assert cells.write(update, console()) == update.render_segments(console())
    # What the picture covers is not known.
    cells.resize(WIDTH, HEIGHT)
    assert "loss 0.125" in written(cells, "loss 0.125")


@pytest.mark.parametrize("system", ["standard", "256", None])
def test_colours_are_those_that_the_terminal_has(system: str) -> None:
    plain, frugal, cells = Shown(), Shown(), TerminalCells()
    cells.resize(WIDTH, HEIGHT)
    lines = [Strip([Segment("x" * WIDTH, style)]) for style in STYLES[-HEIGHT:]]
    told = cells.write(full(lines), console(system))
    assert "38;2" not in told
    if system is not None:
        # Strips keep what they were rendered to, so they are made anew.
        again = [Strip([Segment("x" * WIDTH, style)]) for style in STYLES[-HEIGHT:]]
        for style in STYLES:
            style._ansi = None
        plain.feed(full(again).render_segments(console(system)))
        frugal.feed(told)
        assert all(a == b for a, b in zip_longest(plain.cells, frugal.cells))
