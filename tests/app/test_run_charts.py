"""The charts of the run screen: chosen, zoomed, read by a cursor, marked."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from textual.events import MouseScrollUp

from tests.app.fake_trainer import finished, proof, sample_events, started
from tests.app.run_screens import Host, living, screen_of, settled, shown, until
from tui.app import glyphs
from tui.app.panes.chart_kinds import CHARTS
from tui.app.screens.learning_rate import AskLearningRate
from tui.app.screens.run import RunScreen
from tui.model.plan import Rule
from tui.runs.events import DeviceMemory, Event, LearningRateChanged, Memory, PlanApplied, Step

SMALL, WIDE = (80, 24), (120, 40)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_screen(log: list[Event] | None = None) -> RunScreen:
    return screen_of(list(sample_events(250)) if log is None else log, process=living())


def lines_of(screen: RunScreen) -> list[str]:
    return shown(screen, "charts").split("\n")


def axis_of(screen: RunScreen) -> str:
    """The line of the axis of steps."""
    return next(line for line in lines_of(screen) if "└" in line)


def steps_of(log: list[Event]) -> dict[int, Step]:
    return {event.step: event for event in log if isinstance(event, Step)}


async def test_each_chart_comes_in_its_turn_and_the_first_again() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        for number, kind in enumerate(CHARTS, 1):
            assert lines_of(screen)[0].startswith(f"{kind.name} {number}/{len(CHARTS)}")
            assert "nothing yet" not in lines_of(screen)[1]
            await pilot.press("]")
        assert lines_of(screen)[0].startswith("loss 1/")
        await pilot.press("[")
        assert lines_of(screen)[0].startswith("memory 5/5 · in GB")


async def test_a_chart_of_nothing_says_so() -> None:
    screen = run_screen([*sample_events(50)])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("]")
        assert lines_of(screen) == ["validation 2/5", "nothing yet"]


async def test_the_cursor_reads_the_values_of_the_log() -> None:
    log = list(sample_events(250))
    screen = run_screen(log)
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        for _ in range(3):
            await pilot.press("-")
        await pilot.press("left")
        assert lines_of(screen)[0] == "loss at step 250, epoch 3"
        await pilot.press("left", "left", "h", "l")
        step = screen.charts.cursor
        assert step is not None
        assert 200 < step < 250
        known = steps_of(log)[step]
        assert known.loss is not None
        assert f"S {known.loss:.4f}" in lines_of(screen)[1]
        assert f"B {known.losses['box']:.4f}" in lines_of(screen)[1]
        await pilot.press("home")
        assert lines_of(screen)[0] == "loss at step 1, epoch 1"
        await pilot.press("end")
        assert lines_of(screen)[0] == "loss at step 250, epoch 3"
        await pilot.press("escape")
        assert screen.charts.cursor is None
        assert lines_of(screen)[0].startswith("loss 1/5")


async def test_a_letter_of_the_cursor_is_an_order_while_there_is_no_cursor() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("h")
        assert screen.charts.cursor is None
        await pilot.press("l")
        await pilot.pause()
        assert isinstance(pilot.app.screen, AskLearningRate)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("left", "left", "l")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert screen.charts.cursor == 250


async def test_zoomed_it_shows_fewer_steps_and_moves() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("z", "z")
        low, high = screen.charts.window.bounds(250)
        assert high - low == 62
        assert f"steps {low} to {high}" in lines_of(screen)[0]
        assert "smoothed" in lines_of(screen)[0]
        assert low <= 250 <= high
        await pilot.press("H", "shift+left")
        assert screen.charts.window.bounds(250)[0] < low
        await pilot.press("left")
        cursor = screen.charts.cursor
        assert cursor == screen.charts.window.bounds(250)[1]
        await pilot.press("z")
        new_low, new_high = screen.charts.window.bounds(250)
        assert new_low <= cursor <= new_high
        await pilot.press("a")
        assert screen.charts.window.is_whole


async def test_at_the_edge_of_a_window_the_cursor_takes_it_along() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("z", "z", "home")
        low, _ = screen.charts.window.bounds(250)
        await pilot.press("left", "left")
        assert screen.charts.window.bounds(250)[0] < low


async def test_resizing_keeps_chart_window_and_cursor() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("]", "[", "z", "left", "left", "x")
        before = (screen.charts.cursor, screen.charts.window, screen.charts.number)
        for size in (SMALL, (60, 16), WIDE):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert (screen.charts.cursor, screen.charts.window, screen.charts.number) == before
            assert f"loss at step {before[0]}" in lines_of(screen)[0]


async def test_a_click_puts_the_cursor_where_it_was_and_the_wheel_zooms() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        at = axis_of(screen).index("┬", 10)  # the tick at step 100
        await pilot.click("#charts", offset=(at + 1, 8))
        assert screen.charts.cursor is not None
        assert abs(screen.charts.cursor - 100) <= 5
        assert axis_of(screen)[at] == "╋"
        screen.charts.post_message(
            MouseScrollUp(screen.charts, 5, 5, 0, -1, 0, False, False, False)
        )
        await pilot.pause()
        assert not screen.charts.window.is_whole


async def test_each_chart_has_an_axis_of_its_own() -> None:
    screen = run_screen()
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        await pilot.press("x")
        assert "logarithmic" in lines_of(screen)[0]
        await pilot.press("]", "]")
        assert "logarithmic" not in lines_of(screen)[0]


async def test_epochs_and_changes_are_marked_and_said_at_the_cursor() -> None:
    thaw = Rule("thaw", "block", "features.stage3", epoch=2)
    log: list[Event] = list(sample_events(250))
    log += [
        PlanApplied(100, 2, "schedule", 48, 157, 10, 20, (thaw,)),
        LearningRateChanged(230, 0.0001, 0.1),
    ]
    screen = run_screen(log)
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        lines = lines_of(screen)
        assert "▲ plan  ◆ rate" in lines[1]
        assert axis_of(screen).count("▲") == 1
        assert axis_of(screen).count("◆") == 1
        # The ends of the second and third epoch; the first one's has the plan's mark.
        assert lines[2].count("┊") == 2
        assert lines[2].index("╎") == axis_of(screen).index("▲")
        screen.charts._put_cursor(100)
        assert "▲ epoch 2, by sch" in lines_of(screen)[0]
        screen.charts._put_cursor(230)
        assert "◆ learning rate 0.000" in lines_of(screen)[0]


async def test_what_is_no_number_leaves_the_axis_alone_and_is_marked() -> None:
    bad = {120: None, 121: math.inf, 122: None}
    log: list[Event] = []
    for event in sample_events(250):
        if isinstance(event, Step) and event.step in bad:
            value = bad[event.step]
            event = Step(event.step, 2, value, dict.fromkeys(event.losses, value), 0.001, 30.0)
        log.append(event)
    healthy = run_screen()
    async with Host(healthy).run_test(size=SMALL) as pilot:
        await settled(pilot)
        wanted = [line[:2] for line in lines_of(healthy)[2:]]
    screen = screen_of(log, Path("runs/bad"), process=living())
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        lines = lines_of(screen)
        assert [line[:2] for line in lines[2:]] == wanted
        assert "× no number" in lines[1]
        assert axis_of(screen).count("×") == 1
        screen.charts._put_cursor(121)
        assert lines_of(screen)[1].startswith("no number")


async def test_of_a_run_of_nothing_but_nan_the_steps_are_marked() -> None:
    nan = [Step(n, 1, None, {"class": None}, 0.1, 30.0) for n in range(1, 20)]
    screen = run_screen([started(), *nan])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        # What is new is drawn when the last drawing has been rested from.
        await until(pilot, lambda: shown(screen, "charts").count("×") > 10)
        assert axis_of(screen).count("×") > 10


async def test_memory_is_that_of_the_trainer_and_of_each_gpu() -> None:
    log: list[Event] = [started()]
    for number in range(1, 21):
        devices = tuple(DeviceMemory(n, 10**9 * (2 + n), 16 * 10**9) for n in range(2))
        log += [Step(number, 1, 1.0, {"class": 1.0}, 0.1, 30.0), Memory(1_500_000_000, devices)]
    screen = run_screen(log)
    async with Host(screen).run_test(size=WIDE) as pilot:
        await settled(pilot)
        await pilot.press("[", "left")
        assert lines_of(screen)[1].split() == ["T", "1.5000", "G", "2.0000", "P", "3.0000", "GB"]
        await pilot.press("escape")
        assert "T trainer  G GPU 0  P GPU 1" in lines_of(screen)[1]


async def test_nothing_is_drawn_again_while_nothing_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = run_screen([*sample_events(400), proof(), finished()])
    async with Host(screen).run_test(size=SMALL) as pilot:
        await settled(pilot)
        drawn: list[object] = []
        monkeypatch.setattr(screen.charts, "show", drawn.append)
        for _ in range(5):
            screen._show()
        assert drawn == []
        await pilot.press("]")
        assert len(drawn) == 1


@pytest.mark.parametrize("number", range(len(CHARTS)))
async def test_in_ascii_all_of_it_is_ascii(number: int) -> None:
    glyphs.use(glyphs.ASCII)
    try:
        log: list[Event] = [*sample_events(250), PlanApplied(100, 2, "by hand", 48, 157, 10, 20)]
        screen = run_screen(log)
        async with Host(screen).run_test(size=SMALL) as pilot:
            await settled(pilot)
            await pilot.press(*["]"] * number, "left", "z")
            assert shown(screen, "charts").isascii()
    finally:
        glyphs.use(None)


async def test_a_text_console_gets_blocks() -> None:
    glyphs.use(glyphs.CONSOLE)
    try:
        screen = run_screen()
        async with Host(screen).run_test(size=SMALL) as pilot:
            await settled(pilot)
            drawn = set("".join(lines_of(screen)[2:]))
            assert drawn & set("▀▄█")
            assert not drawn & set("▘▝▖▗▞▚▛▜▙▟")
            assert not any(0x2800 <= ord(sign) < 0x2900 for sign in drawn)
    finally:
        glyphs.use(None)
