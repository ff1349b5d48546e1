"""RecordIO files as im2rec makes them and GluonCV's RecordFileDetection reads them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import mxnet as mx
import numpy as np

from tui.engine.datasets.data import Problem, Task, unreadable
from tui.engine.datasets.label_vectors import Row, Vector, VectorReader, survey_rows, task_of
from tui.engine.datasets.parts import files_of
from tui.engine.datasets.pictures import look_at_bytes
from tui.engine.datasets.survey import Survey
from tui.engine.refusal import Refusal

KIND = "RecordIO"

_MAGIC = 0xCED7230A
_BEGINNINGS = (0, 1)
"""Kinds of a piece that begin a record: the whole of it, or the first of several."""


@dataclass(frozen=True)
class RecordPicture:
    """A picture in a .rec file, by the place where its record begins."""

    file: Path
    offset: int
    turn: int = 1

    @property
    def known_by(self) -> Path:
        """The file, with all its records: a picture's name says which of them it is."""
        return self.file

    def encoded(self) -> bytes:
        """The picture's own bytes.

        Raises:
            OSError: the file has changed.
        """
        return _unpacked(self.file, self.offset)[1]


class _Records(mx.recordio.MXIndexedRecordIO):
    """MXNet's reader, by place in the file: it asks for an .idx file, which may be lost."""

    def __init__(self, file: Path) -> None:
        super().__init__("", str(file), "r")

    def open(self) -> None:
        super(mx.recordio.MXIndexedRecordIO, self).open()
        self.idx = _Itself()
        self.fidx = None

    def close(self) -> None:
        super(mx.recordio.MXIndexedRecordIO, self).close()


class _Itself(dict[int, int]):
    def __missing__(self, place: int) -> int:
        return place


@lru_cache(maxsize=8)
def _reader(file: Path) -> _Records:
    return _Records(file)


def _unpacked(file: Path, offset: int) -> tuple[Vector, bytes]:
    try:
        header, data = mx.recordio.unpack(_reader(file).read_idx(offset))
    except (mx.base.MXNetError, TypeError, struct.error) as error:
        raise OSError(f"no whole record at byte {offset}") from error
    return np.atleast_1d(np.array(header.label, dtype=np.float64)), bytes(data)


def tasks_at(path: str) -> tuple[Task, ...]:
    """A .rec file, or a folder that holds some; the first record tells what for."""
    for file in files_of(Path(path), ".rec"):
        try:
            places, _ = _places(file, 1)
            return (task_of(_unpacked(file, places[0])[0]),) if places else ("detection",)
        except OSError:
            return ("detection",)
    return ()


def survey(path: str, task: Task) -> Survey:
    """Read the records of both parts.

    Raises:
        Refusal: a file is no RecordIO.
    """
    place = Path(path)
    return survey_rows(KIND, place, files_of(place, ".rec"), _rows, task)


def _rows(file: Path, read: VectorReader) -> list[Row]:
    try:
        places, whole = _places(file)
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    if not places:
        raise Refusal(f"{file}: {'empty' if whole else 'no RecordIO file'}")
    if not whole:
        what = f"broken off after {len(places)} records; the rest is left out"
        read.problems.append(Problem("broken record file", file.name, what))
    _reader.cache_clear()  # the file may be another than when it was opened
    found = []
    for number, offset in enumerate(places):
        name = f"{file.name}, record {number}"
        try:
            vector, data = _unpacked(file, offset)
        except OSError as error:
            read.problems.append(unreadable(name, str(error)))
            continue
        looked = look_at_bytes(data)
        found.append(Row(name, RecordPicture(file, offset, looked.turn), looked, vector))
    return found


def _places(file: Path, most: int | None = None) -> tuple[list[int], bool]:
    """Where records begin, and whether the file is whole."""
    found: list[int] = []
    size = file.stat().st_size
    with file.open("rb") as opened:
        place = 0
        while place < size and len(found) != most:
            head = opened.read(8)
            if len(head) < 8:
                return found, False
            magic, length = struct.unpack("<II", head)
            kind, length = length >> 29, length & (1 << 29) - 1
            after = place + 8 + length + -length % 4
            if magic != _MAGIC or after > size:
                return found, False
            if kind in _BEGINNINGS:
                found.append(place)
            opened.seek(after)
            place = after
    return found, True
