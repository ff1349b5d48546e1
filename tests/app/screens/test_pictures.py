"""The pictures of a run, by keys and as the run goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ImageFile
from textual.pilot import Pilot
from textual.screen import Screen

from tests.app.fake_trainer import line, make_folder, sample_events, write_log
from tests.app.run_screens import Host, living, settled, until
from tests.app.sampled import remove, state_of, with_samples, write_sample
from tests.app.showing import text_of
from tui.app import glyphs
from tui.app.picture_terminal import PictureTerminal
from tui.app.screens import pictures
from tui.app.screens.pictures import PicturesScreen
from tui.app.screens.run import RunScreen
from tui.app.widgets import picture as picture_widget
from tui.app.widgets.picture import Picture, PictureFile
from tui.app.widgets.picture_tile import PictureTile
from tui.picture_cells import Cells, Way
from tui.runs.events import Envelope, Event, Resumed, RunStarted, Sampled, SampledPicture
from tui.runs.folder import RunFolder

SMALL, WIDE = (80, 24), (120, 40)
PLAIN = PictureTerminal({"TERM": "xterm-256color"})


class Shown:
    """A pictures screen on a run of three validations."""

    def __init__(self, path: Path, count: int = 4, terminal: PictureTerminal = PLAIN) -> None:
        self.folder = make_folder(path)
        self.state = state_of(with_samples(self.folder, list(sample_events(300)), count))
        self.screen = PicturesScreen(self.folder, self.state, terminal=terminal, interval=0.02)

    def tell(self, event: Event) -> None:
        self.state.apply(Envelope(self.state.version, 0.0, event))


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return Shown(tmp_path / "run")


def tiles(screen: Screen[object]) -> list[PictureTile]:
    return [tile for tile in screen.query(PictureTile) if tile.display]


def drawn(screen: Screen[object]) -> bool:
    there = [tile.query_one(Picture) for tile in tiles(screen)]
    return bool(there) and all(one.cells is not None or one.problem for one in there)


async def ready(pilot: Pilot[object]) -> None:
    await until(pilot, lambda: drawn(pilot.app.screen))
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def test_one_picture_at_eighty_columns_with_its_caption_in_words(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert len(tiles(shown.screen)) == 1
        text = text_of(pilot)
        for said in (
            "pictures after step 300 · VOC07 mAP 0.4661 · the newest · half blocks",
            "1 of 4  predicted: fig 0.91, date 0.55; true: 2 fig, date",
            "samples/00000300/1.png · solid lines: predicted, dashed: true",
            "enter enlarge",
        ):
            assert said in text
        assert text.count("▀") > 500


async def test_next_and_previous_go_round(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        for keys, number in (("right", 2), ("l", 3), ("left", 2), ("h", 1), ("h", 4), ("right", 1)):
            await pilot.press(keys)
            await ready(pilot)
            assert f"{number} of 4  predicted" in text_of(pilot)
            assert f"/{number}.png" in text_of(pilot)


async def test_older_and_newer_validations(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert "newer" not in text_of(pilot)
        await pilot.press("right", "left_square_bracket")
        assert "step 200 · VOC07 mAP 0.3793 · older, 2 of 3" in text_of(pilot)
        assert "2 of 4  predicted" in text_of(pilot), "the same picture, earlier"
        await pilot.press("j")
        assert "step 100" in text_of(pilot)
        await pilot.press("j")
        assert "step 100" in text_of(pilot)
        assert "older," in text_of(pilot)
        assert "[ older" not in text_of(pilot)
        await pilot.press("k", "right_square_bracket")
        assert "step 300" in text_of(pilot)
        assert "the newest" in text_of(pilot)


async def test_a_wide_terminal_shows_all_and_enlarges_one(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=WIDE) as pilot:
        await ready(pilot)
        assert len(tiles(shown.screen)) == 4
        assert "› 1 of 4" in text_of(pilot)
        await pilot.press("right", "right")
        assert "› 3 of 4" in text_of(pilot)
        await pilot.press("enter")
        await ready(pilot)
        (tile,) = tiles(shown.screen)
        assert "3 of 4  predicted: nothing; true: fig" in text_of(pilot)
        assert tile.query_one(Picture).size.height > 35
        assert "pictures after" not in text_of(pilot)
        await pilot.press("escape")
        assert len(tiles(shown.screen)) == 4
        assert pilot.app.screen is shown.screen
        await pilot.press("escape")
        assert pilot.app.screen is not shown.screen


async def test_a_new_validation_is_shown_when_it_comes(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        before = shown.screen.query(Picture).first().cells
        shown.tell(write_sample(shown.folder, 400))
        await until(pilot, lambda: "step 400" in text_of(pilot))
        await until(pilot, lambda: shown.screen.query(Picture).first().cells is not before)


async def test_who_looks_at_an_older_one_goes_on_looking(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press("j")
        shown.tell(write_sample(shown.folder, 400))
        await until(pilot, lambda: "older, 2 of 4" in text_of(pilot))
        assert "step 200" in text_of(pilot)


async def test_pictures_that_did_not_last_are_left(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        shown.tell(RunStarted(1, 1.0, "m", "ssd", "d"))
        shown.tell(Resumed(200, 3))
        await until(pilot, lambda: "step 200" in text_of(pilot))
        shown.tell(Resumed(0, 1))
        await until(pilot, lambda: "no pictures yet" in text_of(pilot))
        assert "enlarge" not in text_of(pilot)
        await pilot.press("right", "enter", "j", "w", "escape")
        assert pilot.app.screen is not shown.screen


async def test_a_picture_that_is_gone_or_torn_is_a_line_in_its_place(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    # GluonCV, which the screen's own process never imports but other tests of this one may, lets
    # torn pictures pass everywhere.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    remove(shown.folder, 200)
    torn = shown.folder.samples / "00000300"
    for name in ("1.png", "1.small.png"):
        data = (torn / name).read_bytes()
        (torn / name).write_bytes(data[: len(data) // 2])
    (torn / "2.png").write_bytes(b"")
    (torn / "2.small.png").unlink()
    (torn / "3.small.png").unlink()
    async with Host(shown.screen).run_test(size=WIDE) as pilot:
        await ready(pilot)
        text = text_of(pilot)
        assert "1.small.png cannot be read: it is torn, or no picture" in text
        assert "2.png cannot be read" in text
        assert text.count("▀") > 500, "the others are shown, the third from its large file"
        await pilot.press("j")
        await until(
            pilot,
            lambda: text_of(pilot).count("png is not there any more") == 4,
        )


async def test_the_pictures_of_an_older_thaw_are_shown(shown: Shown) -> None:
    sample = write_sample(shown.folder, 400, 1)
    (old,) = sample.pictures
    shown.tell(Sampled(400, (SampledPicture(old.path, "2 predicted [b], 3 true\x1b[31m"),)))
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert "1 of 1  2 predicted [b], 3 true\\x1b[31m" in text_of(pilot)
        assert "▀" in text_of(pilot)
        assert "next" not in text_of(pilot)


async def test_other_ways_to_draw_by_key(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "▒" in text_of(pilot))
        assert "greys" in text_of(pilot)
        await pilot.press("w")
        await until(pilot, lambda: "▀" in text_of(pilot))


async def test_without_colour_in_greys(tmp_path: Path) -> None:
    shown = Shown(tmp_path / "run", terminal=PictureTerminal({"TERM": "xterm", "NO_COLOR": "1"}))
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await until(pilot, lambda: "▒" in text_of(pilot))
        assert "▀" not in text_of(pilot)


async def test_in_ascii(shown: Shown) -> None:
    glyphs.use(glyphs.ASCII)
    try:
        async with Host(shown.screen).run_test(size=SMALL) as pilot:
            await ready(pilot)
            text = text_of(pilot)
            assert text.isascii()
            assert "samples/00000300/1.png" in text
            assert "predicted: fig 0.91" in text
            assert text.count("-") > 100
    finally:
        glyphs.use(None)


async def test_a_terminal_that_has_said_more_gets_more(tmp_path: Path) -> None:
    """The answer may come after the screen is there."""
    terminal = PictureTerminal({"TERM": "xterm"})
    shown = Shown(tmp_path / "run", terminal=terminal)
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        terminal.without_answers("\x1b[?62;4c")
        await pilot.press("right")
        await until(
            pilot, lambda: any(one.cells and one.cells.over for one in shown.screen.query(Picture))
        )
        assert "sixel" in text_of(pilot)


async def test_pictures_are_drawn_beside_the_event_loop(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[threading.Thread] = set()
    read = picture_widget.read

    def watched(file: PictureFile, way: Way, columns: int, rows: int, few: int) -> Cells | str:
        threads.add(threading.current_thread())
        return read(file, way, columns, rows, few)

    monkeypatch.setattr(picture_widget, "read", watched)
    async with Host(shown.screen).run_test(size=WIDE) as pilot:
        await ready(pilot)
    assert threads
    assert threading.main_thread() not in threads


async def test_a_new_size_keeps_the_place(shown: Shown) -> None:
    async with Host(shown.screen).run_test(size=WIDE) as pilot:
        await ready(pilot)
        await pilot.press("right", "j")
        await pilot.resize_terminal(*SMALL)
        await until(pilot, lambda: len(tiles(shown.screen)) == 1)
        await ready(pilot)
        assert "step 200" in text_of(pilot)
        assert "2 of 4  predicted" in text_of(pilot)
        cells = tiles(shown.screen)[0].query_one(Picture).cells
        await until(pilot, lambda: cells is not None and cells.width <= 80)
        await pilot.resize_terminal(60, 16)
        await ready(pilot)
        assert "2 of 4  predicted" in text_of(pilot)


@pytest.mark.parametrize(
    ("recipe", "legend"),
    [("ssd", pictures.BOXES), ("segmentation", "left: predicted, right: true")],
)
async def test_the_legend_is_that_of_the_recipe(shown: Shown, recipe: str, legend: str) -> None:
    shown.tell(RunStarted(1, 1.0, "m", recipe, "d"))
    async with Host(shown.screen).run_test(size=SMALL) as pilot:
        await ready(pilot)
        assert legend in text_of(pilot)


async def test_a_key_of_the_run_screen_opens_them(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    write_log(folder, list(sample_events(50)))
    screen = run_screen(folder)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("i")
        assert pilot.app.screen is screen, "there are none yet"
        log = with_samples(folder, list(sample_events(100)))
        folder.events_file.unlink()
        write_log(folder, log)
    screen = run_screen(folder)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        assert "i pictures" in text_of(pilot)
        await pilot.press("i")
        assert isinstance(pilot.app.screen, PicturesScreen)
        await ready(pilot)
        await pilot.press("i")
        assert pilot.app.screen is screen


def run_screen(folder: RunFolder) -> RunScreen:
    from tests.app.run_screens import NO_GPU

    return RunScreen(folder, living(), memory=lambda _: NO_GPU, interval=0.05)


def compared(
    snap_compare: Callable[..., bool], screen: PicturesScreen, size: tuple[int, int], *keys: str
) -> bool:
    async def press(pilot: Pilot[object]) -> None:
        await ready(pilot)
        await pilot.press(*keys)
        await pilot.pause()
        await ready(pilot)

    return snap_compare(Host(screen), terminal_size=size, run_before=press)


@pytest.mark.parametrize("size", [SMALL, WIDE, (60, 16)], ids=["80x24", "120x40", "60x16"])
def test_looked_at(snap_compare: Callable[..., bool], shown: Shown, size: tuple[int, int]) -> None:
    assert compared(snap_compare, shown.screen, size)


def test_enlarged_looked_at(snap_compare: Callable[..., bool], shown: Shown) -> None:
    assert compared(snap_compare, shown.screen, SMALL, "enter")


def test_in_ascii_looked_at(snap_compare: Callable[..., bool], shown: Shown) -> None:
    glyphs.use(glyphs.ASCII)
    try:
        assert compared(snap_compare, shown.screen, SMALL)
    finally:
        glyphs.use(None)


async def test_the_run_below_goes_on_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Textual would draw the whole terminal again for each event of a screen below."""
    folder = make_folder(tmp_path / "run")
    log = with_samples(folder, list(sample_events(150)))
    write_log(folder, log)
    screen = run_screen(folder)
    host = Host(screen)
    async with host.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("i")
        await ready(pilot)
        drawings: list[object] = []
        monkeypatch.setattr(host, "_display", lambda _, update: drawings.append(update))
        with folder.events_file.open("a", encoding="utf-8") as file:
            for number, event in enumerate(list(sample_events(180))[-30:], len(log)):
                file.write(line(number, event))
        await until(pilot, lambda: screen.state.step and screen.state.step.step == 180)
        await asyncio.sleep(0.2)
        assert drawings == []
        monkeypatch.undo()
        await pilot.press("escape")
        await until(pilot, lambda: "step 180" in text_of(pilot))
