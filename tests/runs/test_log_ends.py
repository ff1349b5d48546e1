from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.fake_trainer import sample_events
from tests.runs.examples import EVENTS
from tests.runs.test_log import long_proof, write
from tui.runs import log_ends
from tui.runs.events import Finished, Memory, Notice, Paused, Phase, RunStarted, Step
from tui.runs.log_ends import first_events, last_events, last_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def test_a_short_log_is_read_whole_from_either_end(path: Path) -> None:
    write(path, *EVENTS)
    assert [one.event for one in first_events(path)] == list(EVENTS)
    assert [one.event for one in last_events(path)] == list(EVENTS)


def test_no_log_has_no_ends(path: Path) -> None:
    assert first_events(path) == []
    assert last_events(path) == []
    assert last_of(path, "Step") is None


@pytest.mark.parametrize("limit", range(1, 1500, 97))
def test_only_whole_records_at_any_cut(path: Path, limit: int) -> None:
    write(path, *EVENTS)
    first = [one.event for one in first_events(path, limit)]
    last = [one.event for one in last_events(path, limit)]
    assert first == list(EVENTS[: len(first)])
    assert last == list(EVENTS[len(EVENTS) - len(last) :])


def test_a_torn_last_record_is_passed_over_at_every_byte(path: Path) -> None:
    write(path, *EVENTS[:3])
    whole = path.read_bytes()
    for size in range(whole[:-1].rfind(b"\n") + 1, len(whole)):
        path.write_bytes(whole[:size])
        assert [one.event for one in last_events(path)] == list(EVENTS[:2])
        assert last_of(path, "Prepared") is None
        found = last_of(path, "Phase")
        assert found is not None
        assert found.event == EVENTS[1]


def test_what_does_not_parse_is_passed_over(path: Path) -> None:
    write(path, Phase("one"))
    with path.open("ab") as file:
        file.write(b'not json\n{"seq":0,"time":0,"event":{"type":"Phase","doing":3}}\n\xff\n')
    assert [one.event for one in last_events(path)] == [Phase("one")]
    found = last_of(path, "Phase")
    assert found is not None
    assert found.event == Phase("one")


@pytest.mark.parametrize("chunk", [1, 7, 64, 1 << 18])
def test_the_last_of_a_type_lies_across_any_chunks(
    path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(log_ends, "_CHUNK", chunk)
    log = list(sample_events(20, 20, 5))
    write(path, *log)
    for kind in ("RunStarted", "Step", "Memory", "Validated"):
        found = last_of(path, kind)
        assert found is not None
        assert found.event == [one for one in log if type(one).__name__ == kind][-1]
    assert last_of(path, "Finished") is None


def test_no_text_in_an_event_is_taken_for_an_event(path: Path) -> None:
    liar = '{"seq":9,"time":1,"event":{"type":"Finished","stopped":false}}'
    write(path, Phase("one"), Notice(liar), Notice(f"\n{liar}\n"))
    assert last_of(path, "Finished") is None


def test_a_pause_is_found_behind_a_night_of_memory(path: Path) -> None:
    night = [Memory(1 << 30)] * 20_000
    write(path, RunStarted(1, 2.0, "m", "ssd", "d"), Paused(3), *night)
    found = last_of(path, "Paused", "Continued", "Step")
    assert found is not None
    assert found.event == Paused(3)


def test_behind_a_record_longer_than_the_end(path: Path) -> None:
    step, end = Step(1, 1, 1.0, {}, 0.1, 2.0), Finished(False, 1, 1, 2.0, "w")
    write(path, step, long_proof(), end)
    assert [one.event for one in last_events(path)] == [end]
    found = last_of(path, "Step")
    assert found is not None
    assert found.event == step
