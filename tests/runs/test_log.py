from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from tests.runs.examples import EVENTS
from tui.runs import log
from tui.runs.events import Envelope, Event, Notice, Phase, Proof
from tui.runs.log import EventReader, EventWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def write(path: Path, *events: Event) -> None:
    writer = EventWriter(path)
    for event in events:
        writer.write(event)
    writer.close()


def read_all(reader: EventReader, limit: int = 1 << 20) -> list[Envelope]:
    found: list[Envelope] = []
    while slice_ := reader.read(limit):
        found += slice_
    return found


def test_every_event_is_read_in_order(path: Path) -> None:
    before = time.time()
    write(path, *EVENTS)
    found = read_all(EventReader(path))
    assert [envelope.event for envelope in found] == list(EVENTS)
    assert [envelope.seq for envelope in found] == list(range(len(EVENTS)))
    assert all(before <= envelope.time <= time.time() for envelope in found)


def test_only_its_owner_can_read_it(path: Path) -> None:
    write(path, EVENTS[0])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_no_file_is_no_event(path: Path) -> None:
    assert EventReader(path).read() == []


def test_reads_what_was_added_since(path: Path) -> None:
    writer, reader = EventWriter(path), EventReader(path)
    for event in EVENTS:
        writer.write(event)
        assert [envelope.event for envelope in reader.read()] == [event]
        assert reader.read() == []
    writer.close()


@pytest.mark.parametrize("limit", [1, 7, 200, 1 << 20])
def test_in_slices_of_any_size(path: Path, limit: int) -> None:
    write(path, *EVENTS)
    assert [envelope.event for envelope in read_all(EventReader(path), limit)] == list(EVENTS)


def test_a_last_record_torn_at_any_byte_is_the_end(path: Path, tmp_path: Path) -> None:
    write(path, *EVENTS[:3])
    whole = path.read_bytes()
    kept = whole[:-1].rfind(b"\n") + 1
    for size in range(kept, len(whole)):
        torn = tmp_path / "torn.jsonl"
        torn.write_bytes(whole[:size])
        reader = EventReader(torn)
        assert [envelope.event for envelope in reader.read()] == list(EVENTS[:2])
        # The rest arrives: it is read then, and only once.
        with torn.open("ab") as file:
            file.write(whole[size:])
        assert [envelope.event for envelope in reader.read()] == [EVENTS[2]]
        assert reader.skipped == 0


def test_a_writer_mends_what_was_torn_at_any_byte(path: Path, tmp_path: Path) -> None:
    write(path, *EVENTS[:3])
    whole = path.read_bytes()
    for size in range(len(whole) + 1):
        torn = tmp_path / "torn.jsonl"
        torn.write_bytes(whole[:size])
        complete = whole[:size].count(b"\n")
        write(torn, EVENTS[3])
        reader = EventReader(torn)
        found = read_all(reader)
        assert [envelope.event for envelope in found] == [*EVENTS[:complete], EVENTS[3]]
        assert [envelope.seq for envelope in found] == list(range(complete + 1))
        assert reader.skipped == 0


def long_proof() -> Proof:
    names = tuple(f"features.{number}.body.conv.weight" for number in range(100_000))
    return Proof(0, 0, 0, unchanged=names)


def test_a_record_longer_than_a_slice_is_read(path: Path) -> None:
    # At 100,000 parameters a proof has megabytes, and it is what the run was for.
    write(path, EVENTS[0], long_proof(), EVENTS[1])
    assert path.stat().st_size > 3 << 20
    reader = EventReader(path)
    found = [envelope.event for envelope in read_all(reader)]
    assert found == [EVENTS[0], long_proof(), EVENTS[1]]
    assert reader.skipped == 0


def test_a_long_record_that_was_torn_is_mended_as_a_whole(path: Path) -> None:
    write(path, EVENTS[0], long_proof())
    os.truncate(path, path.stat().st_size - 10)
    write(path, EVENTS[1])
    reader = EventReader(path)
    assert [envelope.event for envelope in read_all(reader)] == [EVENTS[0], EVENTS[1]]
    assert reader.skipped == 0


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"not json",
        b"{}",
        b'{"seq":0,"time":0,"event":{"type":"FromALaterVersion"}}',
        b'{"seq":0,"time":0,"event":{"type":"Phase","doing":3}}',
        b"\xff\xfe\x00",
        b"a\rb",
        b'{"unknown":' + b"[" * 200_000,
    ],
    ids=["empty", "text", "object", "unknown", "wrong", "bytes", "return", "deep"],
)
def test_what_does_not_parse_is_skipped_and_counted(path: Path, garbage: bytes) -> None:
    write(path, Phase("one"))
    with path.open("ab") as file:
        file.write(garbage + b"\n")
    write(path, Phase("two"))
    reader = EventReader(path)
    assert [envelope.event for envelope in read_all(reader)] == [Phase("one"), Phase("two")]
    assert reader.skipped == 1


def test_what_is_longer_than_any_record_is_passed_over(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "LONGEST_RECORD", 1000)
    path.write_bytes(b"x" * 5000 + b"\n")
    write(path, Phase("after"))
    reader = EventReader(path)
    found: list[Envelope] = []
    for _ in range(200):
        found += reader.read(100)
    assert [envelope.event for envelope in found] == [Phase("after")]
    assert reader.skipped >= 1


def broken(_: int, __: int) -> None:
    raise OSError(5, "Input/output error")


@pytest.mark.parametrize("taken_back", [True, False])
def test_an_event_that_the_disk_broke_off_harms_no_later_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, taken_back: bool
) -> None:
    writer = EventWriter(path)
    writer.write(Phase("before"))
    write_to = os.write
    sizes = iter([10])

    def full(fd: int, data: bytes) -> int:
        size = next(sizes, 0)
        if not size:
            raise OSError(28, "No space left on device")
        return write_to(fd, data[:size])

    with monkeypatch.context() as patch:
        patch.setattr(log.os, "write", full)
        if not taken_back:
            patch.setattr(log.os, "ftruncate", broken)
        with pytest.raises(OSError, match="No space"):
            writer.write(Phase("lost"))
    writer.write(Phase("after"))
    writer.close()
    reader = EventReader(path)
    assert [envelope.event for envelope in read_all(reader)] == [Phase("before"), Phase("after")]
    assert reader.skipped == (0 if taken_back else 1)


def test_a_short_write_is_finished(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_to = os.write
    monkeypatch.setattr(log.os, "write", lambda fd, data: write_to(fd, data[:5]))
    write(path, *EVENTS[:2])
    assert [envelope.event for envelope in EventReader(path).read()] == list(EVENTS[:2])


WRITER = """
import sys
from pathlib import Path
from tui.runs.events import Notice
from tui.runs.log import EventWriter

writer = EventWriter(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    writer.write(Notice(f"{number} " + "x" * (number % 300)))
"""


def test_reads_while_another_process_writes(path: Path) -> None:
    count = 4000
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(count)])
    try:
        reader = EventReader(path)
        found: list[Envelope] = []
        slices = 0
        end = time.monotonic() + 60
        while len(found) < count and time.monotonic() < end:
            new = reader.read(4096)
            slices += bool(new)
            found += new
        assert writer.wait(timeout=60) == 0
    finally:
        writer.kill()
    assert [envelope.seq for envelope in found] == list(range(count))
    assert all(
        isinstance(envelope.event, Notice) and envelope.event.message.startswith(f"{envelope.seq} ")
        for envelope in found
    )
    assert reader.skipped == 0
    assert slices > 10


def test_a_killed_writer_leaves_what_can_be_read_and_continued(path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), "1000000"])
    try:
        end = time.monotonic() + 60
        while not (path.exists() and path.stat().st_size > 10_000) and time.monotonic() < end:
            time.sleep(0.01)
    finally:
        writer.kill()
        writer.wait()
    write(path, Phase("again"))
    reader = EventReader(path)
    found = read_all(reader)
    assert found[-1].event == Phase("again")
    assert [envelope.seq for envelope in found] == list(range(len(found)))
    assert reader.skipped == 0


def test_a_line_is_plain_json(path: Path) -> None:
    write(path, Phase("importing MXNet"))
    line = msgspec.json.decode(path.read_bytes())
    assert line["event"] == {"type": "Phase", "doing": "importing MXNet"}
    assert line["seq"] == 0
