"""Event files, read back without the library that wrote them: framing, checksums, records."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.app.fake_trainer import finished, make_folder, started
from tests.commands.test_verify import run_folder
from tests.runs.test_listed import ALIVE, run, steps
from tests.runs.test_log import write
from tests.test_cli import refused, thaw
from tui.commands.event_files import event_folder, write_event_file
from tui.runs.events import Event, Resumed, Step, Validated
from tui.runs.log import EventWriter


class Told(NamedTuple):
    """A record: its step, its time, its values by tag; `forget` is a session's start."""

    step: int
    time: float
    values: dict[str, float]
    forget: bool


def crc32c(data: bytes) -> int:
    """The checksum of Castagnoli, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data: bytes) -> int:
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data: bytes) -> Iterator[bytes]:
    """The records of a file: length, its checksum, data, its checksum."""
    while data:
        length, check = struct.unpack("<QI", data[:12])
        assert check == masked(data[:8])
        record = data[12 : 12 + length]
        assert len(record) == length
        assert struct.unpack("<I", data[12 + length : 16 + length]) == (masked(record),)
        yield record
        data = data[16 + length :]


def fields(data: bytes) -> Iterator[tuple[int, object]]:
    """Numbers and values of a protobuf message."""

    def varint() -> int:
        nonlocal data
        found = shift = 0
        while True:
            byte, data = data[0], data[1:]
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found

    while data:
        key = varint()
        match key & 7:
            case 0:
                yield key >> 3, varint()
            case 1:
                yield key >> 3, struct.unpack("<d", data[:8])[0]
                data = data[8:]
            case 5:
                yield key >> 3, struct.unpack("<f", data[:4])[0]
                data = data[4:]
            case 2:
                length = varint()
                yield key >> 3, data[:length]
                data = data[length:]
            case other:
                raise AssertionError(other)


def read(folder: Path) -> list[Told]:
    """All that the one event file of a folder says, but for its first record."""
    (file,) = folder.glob("*")
    assert file.name.startswith("events.out.tfevents.")
    first, *others = records(file.read_bytes())
    assert dict(fields(first))[3] == b"brain.Event:2"
    found = []
    for record in others:
        event = dict(fields(record))
        values = {}
        for number, value in fields(event.get(5, b"")):  # type: ignore[arg-type]
            assert number == 1
            one = dict(fields(value))  # type: ignore[arg-type]
            values[one[1].decode()] = one.get(2, 0.0)  # type: ignore[attr-defined]
        found.append(Told(event.get(2, 0), event[1], values, 7 in event))  # type: ignore[arg-type]
    return found


def expected(event: Event) -> dict[str, float]:
    if isinstance(event, Step):
        return {
            "loss": event.loss or math.nan,
            "loss/class": event.losses["class"] or math.nan,
            "loss/box": event.losses["box"] or math.nan,
            "learning_rate": event.learning_rate,
            "pictures_per_second": event.pictures_per_second,
        }
    assert isinstance(event, Validated)
    classes = {f"class/{name}": value or math.nan for name, value in event.per_class.items()}
    return {"metric/VOC07 mAP": event.value or math.nan, **classes}


def test_the_checksum_is_the_standards() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_what_the_log_says_is_read_back(tmp_path: Path) -> None:
    log = steps(200, ALIVE)
    folder = run(tmp_path / "run", *log, finished(200))
    assert write_event_file(folder, event_folder(folder), follow=False) == 202
    start, *told = read(event_folder(folder))
    assert (start.step, start.forget) == (0, True)
    wanted = [one for one in log if isinstance(one, Step | Validated)]
    for one, event in zip(told, wanted, strict=True):
        assert one.step == event.step
        assert one.time > 1_000_000
        assert one.values == pytest.approx(expected(event), rel=1e-6)


def test_a_loss_that_is_no_number_is_nan(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    write(folder.events_file, Step(1, 1, math.inf, {"a": 1.0}, 0.1, 1.0))
    write_event_file(folder, tmp_path / "out", follow=False)
    assert math.isnan(read(tmp_path / "out")[1].values["loss"])


def test_names_are_escaped(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "run")
    write(folder.events_file, Step(1, 1, 1.0, {"\x1b[31m\0": 1.0}, 0.1, 1.0))
    write_event_file(folder, tmp_path / "out", follow=False)
    assert r"loss/\x1b[31m\x00" in read(tmp_path / "out")[1].values


def test_what_was_done_again_is_there_once(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(20, ALIVE), Resumed(10, 1), *steps(20, ALIVE)[15:])
    write_event_file(folder, tmp_path / "out", follow=False)
    told = [one.step for one in read(tmp_path / "out") if one.values]
    assert told == list(range(1, 21))


def test_written_again_it_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(5, ALIVE))
    out = event_folder(folder)
    out.mkdir()
    (out / "events.out.tfevents.1.host").write_bytes(b"old")
    write_event_file(folder, out, follow=False)
    assert sum(bool(one.values) for one in read(out)) == 5


def test_a_run_that_goes_on_is_followed_to_its_end(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(10, ALIVE))
    writer = EventWriter(folder.events_file)
    turns = iter(
        [
            steps(20, ALIVE)[15:],
            # Killed, and gone on with from step 12 by another trainer.
            [ALIVE, Resumed(12, 1), *steps(14, ALIVE)[17:]],
            [finished(14)],
        ]
    )

    def wait(_: float) -> None:
        for event in next(turns):
            writer.write(event)

    write_event_file(folder, tmp_path / "out", follow=True, wait=wait)
    kept: dict[int, Told] = {}
    for one in read(tmp_path / "out"):
        if one.forget:
            kept = {step: told for step, told in kept.items() if step < one.step}
        else:
            kept[one.step] = one
    assert list(kept) == list(range(1, 15))
    assert next(turns, None) is None


def test_a_run_that_died_is_not_waited_for(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    first = started(child.pid, psutil.Process(child.pid).create_time())
    folder = run(tmp_path / "run", *steps(10, first))
    waited = []

    def wait(_: float) -> None:
        waited.append(1)
        child.kill()
        child.wait()

    assert write_event_file(folder, tmp_path / "out", follow=True, wait=wait) == 10
    assert waited == [1]


def test_the_command(tmp_path: Path) -> None:
    folder = run(tmp_path / "run", *steps(5, ALIVE), finished(5))
    done = thaw("export", str(folder.path), "--tensorboard")
    assert done.returncode == 0, done.stderr
    assert "5 steps and validations written to" in done.stderr
    assert len(read(event_folder(folder))) == 6
    out = tmp_path / "out"
    assert thaw("export", str(folder.path), "--tensorboard", "-o", str(out)).returncode == 0
    refused(
        ["export", str(folder.path), "--tensorboard", "-o", str(out)],
        "holds event files already; --force puts others in their place",
    )
    refused(["export", str(folder.path), "--tensorboard", "-o", "pyproject.toml"], "file exists")


@pytest.mark.slow
def test_live_with_train(tmp_path: Path) -> None:
    folder = run_folder(tmp_path / "run")
    done = thaw("train", str(folder.path), "--tensorboard")
    assert done.returncode == 0, done.stdout
    assert f"event files: {folder.path}/tensorboard" in done.stdout
    end = time.monotonic() + 30
    # Its writer sees the end within a second or so.
    while sum(bool(one.values) for one in read(event_folder(folder))) < 3:
        assert time.monotonic() < end
        time.sleep(0.1)
    tags = {tag for one in read(event_folder(folder)) for tag in one.values}
    assert {"loss", "loss/class", "loss/box", "learning_rate"} <= tags
    assert any(tag.startswith("metric/") for tag in tags)
