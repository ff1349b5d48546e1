from __future__ import annotations

import errno
from pathlib import Path

from tui.runs.events import Event, Notice, Phase
from tui.runs.log import EventReader, EventWriter
from tui.runs.patient_writer import PatientWriter


class Flaky(EventWriter):
    """A log on a disk that is full while `full` is set."""

    full = False

    def write(self, event: Event) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        super().write(event)


def read(path: Path) -> list[Event]:
    return [one.event for one in EventReader(path).read()]


def test_what_could_not_be_written_comes_later_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    flaky = Flaky(path)
    writer = PatientWriter(flaky)
    writer.write(Phase("a"))
    flaky.full = True
    writer.write(Phase("b"))
    writer.write(Phase("c"))
    assert read(path) == [Phase("a")]
    flaky.full = False
    writer.write(Phase("d"))
    told = read(path)
    assert [one for one in told if isinstance(one, Phase)] == [Phase(word) for word in "abcd"]
    assert told[2] == Notice(
        "the log could not be written for a while (no space left on device): 2 events came late"
    )
    assert writer.written == 5


def test_what_is_too_much_to_keep_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    flaky = Flaky(path)
    writer = PatientWriter(flaky, most_waiting=2)
    flaky.full = True
    for word in "abcd":
        writer.write(Phase(word))
    flaky.full = False
    writer.write(Phase("e"))
    told = read(path)
    assert [one for one in told if isinstance(one, Phase)] == [Phase("d"), Phase("e")]
    assert ", 3 were lost" in next(one.message for one in told if isinstance(one, Notice))


def test_what_was_lost_is_told_even_where_the_disk_fills_before_it_is(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"

    class NoRoomForIt(Flaky):
        refused = 0

        def write(self, event: Event) -> None:
            if isinstance(event, Notice) and not self.refused:
                self.refused += 1
                raise OSError(errno.ENOSPC, "No space left on device")
            super().write(event)

    flaky = NoRoomForIt(path)
    writer = PatientWriter(flaky, most_waiting=2)
    flaky.full = True
    for word in "abcd":
        writer.write(Phase(word))
    flaky.full = False
    for word in "ef":
        writer.write(Phase(word))
    (notice,) = (one.message for one in read(path) if isinstance(one, Notice))
    assert "5 events came late, 3 were lost" in notice
    assert flaky.refused == 1


def test_a_disk_that_fills_again(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    flaky = Flaky(path)
    writer = PatientWriter(flaky)
    for round in range(2):
        flaky.full = True
        writer.write(Phase(f"late {round}"))
        flaky.full = False
        writer.write(Phase(f"then {round}"))
    told = read(path)
    assert [one.doing for one in told if isinstance(one, Phase)] == [
        "late 0", "then 0", "late 1", "then 1",
    ]  # fmt: skip
    assert sum(isinstance(one, Notice) for one in told) == 2
