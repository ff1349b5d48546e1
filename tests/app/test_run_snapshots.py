"""Pictures of the run screen, looked at by eye when they change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.fake_trainer import finished, proof, sample_events, started
from tests.app.run_screens import ONE_GPU, Host, living, screen_of, settled, until
from tui.app import glyphs
from tui.app.panes.log import LogPane
from tui.app.screens.run import RunScreen
from tui.model.plan import FreezePlan, Rule
from tui.runs.events import Failed, Phase, PlanApplied, Proof

SIZES = [(80, 24), (120, 40)]
IDS = ["80x24", "120x40"]

Compare = Callable[..., bool]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def compared(snap_compare: Compare, screen: RunScreen, size: tuple[int, int]) -> bool:
    return snap_compare(Host(screen), terminal_size=size, run_before=settled)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_in_mid_run(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compared(snap_compare, screen_of(list(sample_events(250)), process=living()), size)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_what_trains_has_changed(snap_compare: Compare, size: tuple[int, int]) -> None:
    log = list(sample_events(250))
    thaw = Rule("thaw", "block", "features.stage3", epoch=2)
    by_hand = FreezePlan((Rule("thaw", "all"),))
    log += [
        PlanApplied(100, 2, "schedule", 48, 157, 10, 20, (thaw,)),
        PlanApplied(230, 3, "by hand", 205, 0, 20, 20, (), by_hand),
    ]
    assert compared(snap_compare, screen_of(log, process=living()), size)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_on_a_gpu(snap_compare: Compare, size: tuple[int, int]) -> None:
    screen = screen_of(list(sample_events(250)), process=living(), memory=ONE_GPU)
    assert compared(snap_compare, screen, size)


def test_while_mxnet_is_imported(snap_compare: Compare) -> None:
    screen = screen_of([started(), Phase("importing MXNet")], process=living())
    assert compared(snap_compare, screen, (80, 24))


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_complete(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert compared(snap_compare, screen_of([*sample_events(400), proof(), finished()]), size)


def test_a_freeze_that_broke(snap_compare: Compare) -> None:
    broken = Proof(
        180, 62, 22, unchanged=("class_predictors.5.bias", "box_predictors.5.bias"),
        broken=("features.mobilenet0_conv0_weight",),
    )  # fmt: skip
    assert compared(snap_compare, screen_of([*sample_events(400), broken, finished()]), (80, 24))


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_failed(snap_compare: Compare, size: tuple[int, int]) -> None:
    message = "the GPU is out of memory; use a smaller batch size"
    screen = screen_of([*sample_events(120), Failed(message, "step 121, backward")])
    screen.folder.log_file.write_text(
        "Traceback (most recent call last):\n"
        '  File "loop.py", line 88, in step\n'
        "    total.backward()\n"
        "mxnet.base.MXNetError: cudaMalloc retry failed: out of memory\n"
    )
    assert compared(snap_compare, screen, size)


def test_killed(snap_compare: Compare) -> None:
    screen = screen_of(list(sample_events(120)), process=living(-9))
    screen.folder.log_file.write_text("loading the data\n")
    assert compared(snap_compare, screen, (80, 24))


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_reading_values(snap_compare: Compare, size: tuple[int, int]) -> None:
    """Zoomed, with the cursor at a change of the plan."""
    log = [*sample_events(250), PlanApplied(200, 2, "by hand", 205, 0, 20, 20)]
    screen = screen_of(log, process=living())

    async def read(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("z", "left")
        screen.charts._put_cursor(200)
        await pilot.pause()

    assert snap_compare(Host(screen), terminal_size=size, run_before=read)


@pytest.mark.parametrize("turns", [1, 2, 3, 4], ids=["validation", "rate", "speed", "memory"])
def test_other_charts(snap_compare: Compare, turns: int) -> None:
    screen = screen_of(list(sample_events(400)), process=living())

    async def turn(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press(*["]"] * turns)
        await pilot.pause()

    assert snap_compare(Host(screen), terminal_size=(80, 24), run_before=turn)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
def test_the_log(snap_compare: Compare, size: tuple[int, int]) -> None:
    screen = screen_of(list(sample_events(250)), process=living())
    screen.folder.log_file.write_text(
        "[12:00:01] src/storage.cc:195: Using Pooled (Naive) StorageManager for CPU\n"
        "WARNING root: 3 pictures have no objects in them\n"
        "Traceback (most recent call last):\n"
        '  File "loop.py", line 88, in step\n'
        "ValueError: a picture of 0 by 0 pixels\n"
        + "".join(f"shard {number} of 40 read\n" for number in range(1, 41))
    )

    async def look(pilot: Pilot[int]) -> None:
        await settled(pilot)
        if size == SIZES[0]:
            await pilot.press("5")
        await pilot.press("slash", *"pictur", "enter")
        await until(pilot, lambda: "found" in screen.query_one(LogPane).text)

    assert snap_compare(Host(screen), terminal_size=size, run_before=look)


def test_jumping(snap_compare: Compare) -> None:
    screen = screen_of(list(sample_events(250)), process=living())

    async def jump(pilot: Pilot[int]) -> None:
        await settled(pilot)
        await pilot.press("o")
        await pilot.pause()

    assert snap_compare(Host(screen), terminal_size=(80, 24), run_before=jump)


def test_at_200_by_60(snap_compare: Compare) -> None:
    screen = screen_of(list(sample_events(250)), process=living(), memory=ONE_GPU)
    assert compared(snap_compare, screen, (200, 60))


def test_in_ascii(snap_compare: Compare) -> None:
    glyphs.use(glyphs.ASCII)
    try:
        screen = screen_of(list(sample_events(250)), process=living())
        assert compared(snap_compare, screen, (80, 24))
    finally:
        glyphs.use(None)


def test_at_60_by_16(snap_compare: Compare) -> None:
    screen = screen_of(list(sample_events(250)), process=living())
    assert compared(snap_compare, screen, (60, 16))


def test_quitting_asks(snap_compare: Compare) -> None:
    screen = screen_of(list(sample_events(250)), process=living())

    async def ask(pilot: object) -> None:
        await settled(pilot)  # type: ignore[arg-type]
        await pilot.press("q")  # type: ignore[attr-defined]

    assert snap_compare(Host(screen), terminal_size=(80, 24), run_before=ask)
