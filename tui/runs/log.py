"""Writing and reading events.jsonl, safe against each other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from tui.runs.events import Envelope, Event

LONGEST_RECORD = 1 << 26
"""Bytes of a record beyond which it is passed over: a proof that names 100,000 parameters has
about 2^22."""


class EventWriter:
    """Appends events, each flushed whole with one write, so that a reader in another process
    sees it at once and a crash tears at most the last line."""

    def __init__(self, path: Path) -> None:
        self._mend(path)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with path.open("rb") as file:
            self._seq = sum(1 for _ in file)
        self._torn = False
        self._encoder = msgspec.json.Encoder()

    @property
    def written(self) -> int:
        """How many events the log holds."""
        return self._seq

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            OSError: the disk is full or gone. What was written of the event is taken back, or
                passed over by readers; later events are not harmed by it.
        """
        line = self._encoder.encode(Envelope(self._seq, time.time(), event)) + b"\n"
        if self._torn:
            line = b"\n" + line
        written = 0
        try:
            while written < len(line):
                written += os.write(self._fd, line[written:])
        except OSError:
            self._torn = self._torn or not self._taken_back(written)
            raise
        self._torn = False
        self._seq += 1

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _taken_back(self, written: int) -> bool:
        try:
            if written:
                os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
        except OSError:
            return False
        return True

    @staticmethod
    def _mend(path: Path) -> None:
        # A torn last line would swallow the first event after it.
        if not path.exists():
            return
        with path.open("r+b") as file:
            size = end = file.seek(0, os.SEEK_END)
            # An event can be long: the proof names parameters, of which there can be many.
            while end:
                start = max(0, end - (1 << 16))
                file.seek(start)
                newline = file.read(end - start).rfind(b"\n")
                if newline >= 0:
                    end = start + newline + 1
                    break
                end = start
            if end < size:
                file.truncate(end)


class EventReader:
    """Reads what has been appended since the last call, in bounded slices.

    A torn last record is the end of the file; a record that does not parse is skipped and
    counted in `skipped`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._decoder = msgspec.json.Decoder(Envelope)
        self.skipped = 0

    def skip(self) -> None:
        """Pass over all whole records that are there now."""
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                while end > self._offset:
                    start = max(self._offset, end - (1 << 16))
                    file.seek(start)
                    newline = file.read(end - start).rfind(b"\n")
                    if newline >= 0:
                        self._offset = start + newline + 1
                        return
                    end = start
        except FileNotFoundError:
            return

    def read(self, limit: int = 1 << 20) -> list[Envelope]:
        """The next whole records in about `limit` bytes; empty where there are none."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(limit)
                if len(data) == limit and b"\n" not in data:
                    # One record longer than the slice, as a proof of many parameters can be.
                    data += file.readline(LONGEST_RECORD)
        except FileNotFoundError:
            return []
        if len(data) > LONGEST_RECORD and b"\n" not in data:
            # Nothing that we write: what is left of it will not parse, and is counted then.
            self._offset += len(data)
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        found = []
        for line in whole.split(b"\n")[:-1]:
            try:
                found.append(self._decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                self.skipped += 1
        return found
