"""Rows of arrays in one file that is read where it lies: what was computed once.

The file only grows. Each row stands behind a line that says what it is, with a checksum, so that
the end that a crash has torn is found and cut off, and a row that a disk has spoilt is not used.
An array of one value throughout takes the room of that value.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from tui.whole_file import whole_file

STORE_VERSION = 1
ROWS = "rows.bin"
FACTS = "store.json"

Row = tuple[int, int]
"""A picture's number, and which of its views."""


class StoreFacts(msgspec.Struct, frozen=True):
    """What the rows of a store were made of and by; another `key` is another store."""

    key: str
    version: int = STORE_VERSION


class _Array(msgspec.Struct, frozen=True, array_like=True):
    dtype: str
    shape: tuple[int, ...]
    nbytes: int


class _Head(msgspec.Struct, frozen=True, array_like=True):
    picture: int
    view: int
    arrays: tuple[_Array, ...]
    nbytes: int
    checksum: int


class Rows:
    """Rows that are read where they lie, in a file that may still grow."""

    def __init__(self) -> None:
        self._file = -1
        self._end = 0
        self._places: dict[Row, tuple[int, _Head]] = {}
        self._sound: set[Row] = set()
        self._map: mmap.mmap | None = None

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, row: Row) -> bool:
        return row in self._places

    def __iter__(self) -> Iterator[Row]:
        return iter(self._places)

    def read(self, row: Row) -> list[np.ndarray] | None:
        """The arrays of a row, which lie in the file; None where it is not, or no more, as it was
        written."""
        place, head = self._places[row]
        if self._map is None or len(self._map) < place + head.nbytes:
            self._map = mmap.mmap(self._file, self._end, access=mmap.ACCESS_READ)
        view = memoryview(self._map)[place : place + head.nbytes]
        if row not in self._sound:
            if zlib.crc32(view) != head.checksum:
                del self._places[row]
                return None
            self._sound.add(row)
        arrays, start = [], 0
        for one in head.arrays:
            values = np.frombuffer(view[start : start + one.nbytes], dtype=one.dtype)
            start += one.nbytes
            whole = values.size == 1 and np.prod(one.shape) != 1
            arrays.append(
                np.broadcast_to(values.reshape(()), one.shape)
                if whole
                else values.reshape(one.shape)
            )
        return arrays

    def _find_more(self) -> None:
        """Find the rows that stand behind those that are known."""
        size = os.fstat(self._file).st_size
        with open(self._file, "rb", closefd=False) as file:
            file.seek(self._end)
            while line := file.readline(1 << 20):
                try:
                    head = msgspec.json.decode(line, type=_Head)
                except msgspec.DecodeError:
                    break
                place = file.tell()
                if not line.endswith(b"\n") or place + head.nbytes > size:
                    break
                self._places[head.picture, head.view] = (place, head)
                self._end = place + head.nbytes
                file.seek(self._end)


class FeatureStore(Rows):
    """The rows of one key, in a folder of their own. `limit` is the most that the file may take,
    in bytes.

    Raises:
        OSError: the folder cannot be made or read.
    """

    def __init__(self, folder: Path, key: str, limit: int) -> None:
        super().__init__()
        self._folder = folder
        self._limit = limit
        if folder.exists() and not _is_of(folder, key):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(folder / ROWS, os.O_RDWR | os.O_CREAT, 0o600)
        self._find_more()
        os.ftruncate(self._file, self._end)
        self.found = len(self)
        """How many rows were there already."""
        with whole_file(folder / FACTS) as temporary:
            temporary.write_bytes(msgspec.json.encode(StoreFacts(key)))

    @property
    def nbytes(self) -> int:
        """How large the file is."""
        return self._end

    def add(self, row: Row, arrays: Sequence[np.ndarray]) -> bool:
        """Keep a row; False where there is no more room for it.

        Raises:
            OSError: it cannot be written; nothing is left of it.
        """
        kept = [_small(array) for array in arrays]
        data = b"".join(array.tobytes() for array in kept)
        described = tuple(
            _Array(array.dtype.str, whole.shape, array.nbytes)
            for array, whole in zip(kept, arrays, strict=True)
        )
        head = _Head(*row, described, len(data), zlib.crc32(data))
        line = msgspec.json.encode(head) + b"\n"
        if self._end + len(line) + len(data) > self._limit:
            return False
        record = line + data
        try:
            written = 0
            while written < len(record):
                written += os.pwrite(self._file, record[written:], self._end + written)
        except OSError:
            os.ftruncate(self._file, self._end)
            raise
        self._places[row] = (self._end + len(line), head)
        self._sound.add(row)
        self._end += len(record)
        return True

    def close(self, *, remove: bool = False) -> None:
        """Let the file go, or take it away."""
        self._places.clear()
        self._map = None  # arrays that are still in use keep it
        os.close(self._file)
        if remove:
            shutil.rmtree(self._folder, ignore_errors=True)


class RowsOfAnother(Rows):
    """The rows of a key that another process keeps in a folder of its own, and goes on to."""

    def __init__(self, folder: Path, key: str) -> None:
        super().__init__()
        self._folder = folder
        self._key = key

    def look(self) -> None:
        """See what has come since. Where nothing can be read, nothing is there."""
        with contextlib.suppress(OSError):
            if self._file < 0 and _is_of(self._folder, self._key):
                self._file = os.open(self._folder / ROWS, os.O_RDONLY)
            if self._file >= 0:
                self._find_more()

    def close(self) -> None:
        """Let the file go."""
        self._places.clear()
        self._map = None  # arrays that are still in use keep it
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def bytes_kept(arrays: Sequence[np.ndarray]) -> int:
    """How many bytes a row of these takes, but for the line before it."""
    return sum(_small(array).nbytes for array in arrays)


def _is_of(folder: Path, key: str) -> bool:
    try:
        facts = msgspec.json.decode((folder / FACTS).read_bytes(), type=StoreFacts)
    except (OSError, msgspec.DecodeError):
        return False
    return facts == StoreFacts(key)


def _small(array: np.ndarray) -> np.ndarray:
    if array.size > 1:
        first = array.reshape(-1)[:1]
        if np.array_equal(array, np.broadcast_to(first, array.shape)):
            return np.ascontiguousarray(first)
    return np.ascontiguousarray(array)
