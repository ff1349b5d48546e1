"""Every state is told by a sign and a word of its own: colour only helps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.fake_trainer import finished, sample_events, started
from tests.app.gallery import on_show
from tests.app.run_screens import Host, living, screen_of, settled, shown
from tests.app.showing import text_of
from tui.app import glyphs
from tui.app.glyphs import ASCII, UNICODE, Glyphs
from tui.app.run_state import Status
from tui.model.states import State
from tui.runs.events import Event, Failed, Paused, Phase

SETS = pytest.mark.parametrize("signs", [UNICODE, ASCII], ids=lambda signs: signs.name)


@pytest.fixture
def in_use(signs: Glyphs) -> Iterator[None]:
    """The set, until the test ends."""
    glyphs.use(signs)
    yield
    glyphs.use(None)


@SETS
@pytest.mark.usefixtures("in_use")
async def test_a_row_of_the_tree(signs: Glyphs) -> None:
    assert len({state.word for state in State}) == len({signs.of(state) for state in State}) == 4
    seen = ""
    for name in ("model", "model_partial", "model_find"):
        async with on_show(name) as pilot:
            seen += text_of(pilot)
    told = {state: f"{signs.of(state)} {state.word}" for state in State}
    told[State.AUXILIARY] = f"{signs.of(State.AUXILIARY)} auxiliary"
    assert {state for state, text in told.items() if text not in seen} == set()


@SETS
@pytest.mark.usefixtures("in_use")
async def test_marks_of_a_match(signs: Glyphs) -> None:
    async with on_show("model_find") as pilot:
        rows = text_of(pilot).splitlines()
    assert any(row[1:2] == signs.match for row in rows)
    assert any(row[1:2] == signs.holds_match for row in rows)
    assert sum(row[:1] == signs.cursor for row in rows) == 1


LOGS: dict[Status, tuple[list[Event], int | None]] = {
    Status.PREPARING: ([started()], None),
    Status.TRAINING: ([*sample_events(20), Phase("training")], None),
    Status.PAUSED: ([*sample_events(20), Paused(20)], None),
    Status.COMPLETE: ([*sample_events(20), finished(20)], None),
    Status.STOPPED: ([*sample_events(20), finished(20, stopped=True)], None),
    Status.FAILED: ([*sample_events(20), Failed("no memory", "step 21")], None),
    Status.GONE: (list(sample_events(20)), -9),
}


@pytest.mark.parametrize("status", LOGS, ids=lambda status: status.name)
async def test_a_run(status: Status, tmp_path: Path) -> None:
    log, code = LOGS[status]
    screen = screen_of(log, tmp_path / "run", process=living(code))
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert screen.state.status is status
        assert status.value in shown(screen, "progress")


def test_no_two_states_of_a_run_have_the_same_word() -> None:
    assert len({status.value for status in Status}) == len(Status)
