"""Writing and reading events.jsonl, safe against each other."""

from __future__ import annotations

import os
import time
from pathlib import Path

import msgspec

from tui.runs.events import Envelope, Event


class EventWriter:
    """Appends events, each flushed whole with one write, so that a reader in another process
    sees it at once and a crash tears at most the last line."""

    def __init__(self, path: Path) -> None:
        self._mend(path)
        self._seq = sum(1 for _ in path.open("rb")) if path.exists() else 0
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._encoder = msgspec.json.Encoder()

    def write(self, event: Event) -> None:
        """Append one event."""
        line = self._encoder.encode(Envelope(self._seq, time.time(), event)) + b"\n"
        os.write(self._fd, line)
        self._seq += 1

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    @staticmethod
    def _mend(path: Path) -> None:
        # A torn last line would swallow the first event after it.
        if not path.exists():
            return
        with path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            block = min(size, 1 << 16)
            file.seek(size - block)
            tail = file.read(block)
            if tail and not tail.endswith(b"\n"):
                file.truncate(size - block + tail.rfind(b"\n") + 1)


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

    def read(self, limit: int = 1 << 20) -> list[Envelope]:
        """The next whole records in at most `limit` bytes; empty where there are none."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                data = file.read(limit)
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) == limit:
            # One record longer than the slice: nothing that we write, so pass over it.
            self._offset += len(data)
            return []
        self._offset += len(whole)
        found = []
        for line in whole.splitlines():
            try:
                found.append(self._decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError):
                self.skipped += 1
        return found
