"""The log pane of the run screen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.fake_trainer import line, sample_events
from tests.app.run_screens import Host, living, screen_of, settled, until
from tests.app.showing import text_of
from tui.app import glyphs
from tui.app.log_pages import Level
from tui.app.panes.log import LogPane
from tui.app.run_state import KEPT_WORDS
from tui.app.screens.run import RunScreen
from tui.runs.events import Notice

SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_screen(log: str = "", steps: int = 20) -> RunScreen:
    screen = screen_of(list(sample_events(steps)), process=living())
    screen.folder.log_file.write_text(log)
    return screen


def pane_of(screen: RunScreen) -> LogPane:
    return screen.query_one(LogPane)


async def reads(pilot: Pilot[int], screen: RunScreen, text: str) -> None:
    """Wait until a text is in the pane."""
    await until(pilot, lambda: text in pane_of(screen).text)


def numbered(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


async def test_on_a_low_terminal_it_takes_the_room_of_the_rest_and_gives_it_back() -> None:
    screen = run_screen(numbered(100))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert not pane_of(screen).region.area
        await pilot.press("5")
        await reads(pilot, screen, "line 100")
        assert not screen.charts.region.area
        assert pane_of(screen).region.width == 80
        assert screen.focused is pane_of(screen)
        await pilot.press("1")
        await pilot.pause()
        assert screen.charts.region.area
        assert not pane_of(screen).region.area
        await pilot.press("5", "5")
        await pilot.pause()
        assert screen.charts.region.area
        await pilot.press("5")
        await pilot.pause()
        assert "esc back" in text_of(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert screen.focused is screen.charts


async def test_on_a_high_terminal_it_stands_below_the_rest() -> None:
    screen = run_screen(numbered(100))
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await reads(pilot, screen, "line 100")
        assert screen.charts.region.height > 20
        assert pane_of(screen).region.y >= screen.charts.region.bottom


async def test_it_follows_what_is_written_until_one_goes_up() -> None:
    screen = run_screen(numbered(100))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await reads(pilot, screen, "line 100")
        with screen.folder.log_file.open("a") as file:
            file.write("one more\n")
        await reads(pilot, screen, "one more")
        assert "following" in pane_of(screen).text
        await pilot.press("pageup", "k", "k")
        await reads(pilot, screen, "line 67\n")
        assert "following" not in pane_of(screen).text
        with screen.folder.log_file.open("a") as file:
            file.write("and another\n")
        await pilot.press("j")
        await reads(pilot, screen, "line 83")
        assert "and another" not in pane_of(screen).text
        await pilot.press("G")
        await reads(pilot, screen, "and another")
        await pilot.press("g")
        await reads(pilot, screen, "line 1\n")
        await pilot.press("F")
        await reads(pilot, screen, "and another")


async def test_keys_in_quick_succession_all_count() -> None:
    screen = run_screen(numbered(200))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await reads(pilot, screen, "line 200")
        await pilot.press("g", *["j"] * 30)
        await until(pilot, lambda: pane_of(screen).rows[0].text == "line 27")


async def test_events_come_where_the_output_was() -> None:
    screen = run_screen(numbered(3))
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await reads(pilot, screen, "skipped IMG_0042.jpg")
        with screen.folder.events_file.open("a") as file:
            # Its time is counted on from 1,000,000.
            file.write(line(1, Notice("the disk is nearly full"), time.time()))
        await reads(pilot, screen, "the disk is nearly full")
        with screen.folder.log_file.open("a") as file:
            file.write("line 4\n")
        await reads(pilot, screen, "line 4")
        texts = [row.text for row in pane_of(screen).rows]
        skipped = next(text for text in texts if text.startswith("skipped"))
        assert texts.index(skipped) < texts.index("line 1")
        assert texts[-2:] == ["the disk is nearly full", "line 4"]


async def test_what_comes_after_very_many_events_is_shown_though_nothing_is_written() -> None:
    screen = run_screen("quiet\n")
    with screen.folder.events_file.open("a") as file:
        file.writelines(
            line(1, Notice(f"notice {number}"), time.time()) for number in range(KEPT_WORDS + 5)
        )
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await reads(pilot, screen, f"notice {KEPT_WORDS + 4}")
        with screen.folder.events_file.open("a") as file:
            file.write(line(1, Notice("the newest of all"), time.time()))
        await reads(pilot, screen, "the newest of all")


async def test_levels_by_key() -> None:
    screen = run_screen("fine\nWARNING: hot\nValueError: no\nfine\n")
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await reads(pilot, screen, "fine")
        await pilot.press("e")
        await until(pilot, lambda: [row.sign for row in pane_of(screen).rows] == ["!", "W", "E"])
        assert "warnings and errors" in pane_of(screen).text
        await pilot.press("e")
        await until(pilot, lambda: [row.sign for row in pane_of(screen).rows] == ["E"])
        await pilot.press("e")
        assert pane_of(screen).level is Level.ALL
        await until(pilot, lambda: len(pane_of(screen).rows) == 8)


async def test_a_search_from_the_charts_brings_the_log() -> None:
    screen = run_screen(numbered(500) + "Needle in it\n" + numbered(500))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("slash")
        await until(pilot, lambda: screen.query_one("#log-search").has_focus)
        await pilot.press(*"needle", "enter")
        await reads(pilot, screen, "needle: found")
        assert "Needle in it" in pane_of(screen).text
        assert f"{glyphs.glyphs().cursor} Needle in it" in text_of(pilot)
        await pilot.press("n")
        await reads(pilot, screen, "needle: found, from the top")
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*["backspace"] * 6, *"line 77", "enter")
        await reads(pilot, screen, "line 77: found")
        await pilot.press("slash", *["backspace"] * 7, *"nothing", "enter")
        await reads(pilot, screen, "nothing: not found")
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert screen.focused is pane_of(screen)


async def test_long_lines_are_cut_and_can_be_moved() -> None:
    screen = run_screen("x" * 70 + "0123456789abcdef\n")
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await reads(pilot, screen, "x01234")
        assert "abcdef" not in pane_of(screen).text
        await pilot.press("right")
        await reads(pilot, screen, "abcdef")
        await pilot.press("left")
        assert "abcdef" not in pane_of(screen).text


async def test_the_output_cannot_drive_the_terminal() -> None:
    screen = run_screen("title \x1b]0;pwned\x07 and \x1b[2J \u202e [red]marked up[/red]\n")
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5")
        await reads(pilot, screen, "pwned")
        shown = pane_of(screen).text
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
        assert "[red]marked up[/red]" in shown


async def test_resizing_keeps_the_place() -> None:
    screen = run_screen(numbered(500))
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("5", "g")
        await until(pilot, lambda: bool(pane_of(screen).rows))
        await pilot.press(*["pagedown"] * 5)
        await until(pilot, lambda: pane_of(screen).rows[0].text == "line 82")
        for size in ((60, 16), WIDE, SMALL):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda: len(pane_of(screen).rows) == pane_of(screen)._height)
            assert pane_of(screen).rows[0].text == "line 82"


async def test_in_ascii_all_of_it_is_ascii() -> None:
    glyphs.use(glyphs.ASCII)
    try:
        screen = run_screen("loss ↓ · café\n")
        async with Host(screen).run_test(size=SMALL) as pilot:
            await settled(pilot)
            await pilot.press("5")
            await reads(pilot, screen, "caf")
            assert pane_of(screen).text.isascii()
    finally:
        glyphs.use(None)
