"""An event log that is cut at every byte of its last record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.fake_trainer import make_folder, sample_events, write_log
from tests.app.run_screens import Host, following, living, until
from tui.app.run_state import RunState
from tui.runs.events import Event, Step
from tui.runs.folder import RunFolder
from tui.runs.log import EventReader, EventWriter
from tui.runs.past import read_past


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = make_folder(tmp_path / "run")
    write_log(made, sample_events(39))
    return made


def cuts(whole: bytes) -> range:
    """The lengths of the log without some of its last record, down to none of it."""
    return range(whole[:-1].rfind(b"\n") + 1, len(whole))


def test_it_is_read_to_the_record_before_and_written_on(folder: RunFolder) -> None:
    whole = folder.events_file.read_bytes()
    lines = whole.count(b"\n")
    for length in cuts(whole):
        folder.events_file.write_bytes(whole[:length])
        reader, state = EventReader(folder.events_file), RunState()
        state.apply_all(reader.read())
        assert state.version == lines - 1
        assert reader.skipped == 0
        assert read_past(folder).steps == 38
        writer = EventWriter(folder.events_file)
        last: Event = Step(39, 1, 1.0, {}, 0.1, 1.0)
        writer.write(last)
        writer.close()
        assert reader.read()[-1].event == last
        assert folder.events_file.read_bytes().count(b"\n") == lines


async def test_a_screen_shows_it(folder: RunFolder) -> None:
    whole = folder.events_file.read_bytes()
    folder.events_file.write_bytes(whole[: cuts(whole)[0]])
    screen = following(folder, living())  # of a trainer that is gone no more would be awaited
    async with Host(screen).run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: screen.state.step is not None)
        for length in cuts(whole):
            folder.events_file.write_bytes(whole[:length])
            await pilot.pause()
            assert screen.state.step is not None
            assert screen.state.step.step == 38, "half a record is none"
        folder.events_file.write_bytes(whole)
        await until(pilot, lambda: screen.state.step is not None and screen.state.step.step == 39)
