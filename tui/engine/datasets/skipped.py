"""Pictures that could not be read while a run went on: named, counted, and left out."""

from __future__ import annotations

import os
import tempfile
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tui.engine.refusal import Refusal

Item = TypeVar("Item")

FEWEST = 10
SHARE = 10
"""A set is given up when more than FEWEST of its pictures, and more than one in SHARE, cannot be
read."""


class UnreadablePicture(Exception):
    """A picture cannot be read: which, and why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name = name
        self.why = why


def most_unreadable(pictures: int) -> int:
    """How many pictures of a set may be unreadable."""
    return max(FEWEST, pictures // SHARE)


class SkippedPictures:
    """Kept in a file, since pictures may be read by several processes at once: each appends."""

    def __init__(self) -> None:
        # Named now, so that all processes agree; there is no file until something is skipped.
        self._file = Path(tempfile.gettempdir()) / f"thaw-skipped-{uuid.uuid4().hex}"
        self._heard = 0
        weakref.finalize(self, _remove, self._file, os.getpid())

    def __getstate__(self) -> dict[str, object]:
        return {"_file": self._file, "_heard": self._heard}

    def new(self) -> list[tuple[str, str]]:
        """Names and reasons that were not told before."""
        lines = self._lines()
        fresh = [line for line in lines[self._heard :] if line not in lines[: self._heard]]
        self._heard = len(lines)
        return [
            (name, why) for name, _, why in (line.partition("\t") for line in dict.fromkeys(fresh))
        ]

    @property
    def count(self) -> int:
        """How many pictures were skipped, each counted once."""
        return len(set(self._lines()))

    def first_readable(self, read: Callable[[int], Item], index: int, pictures: int) -> Item:
        """Read a picture, or where that fails the next one that can be read.

        Raises:
            Refusal: too many cannot be read.
        """
        if not -pictures <= index < pictures:
            raise IndexError(f"picture {index} of {pictures}")
        while True:
            try:
                return read(index)
            except UnreadablePicture as error:
                self._add(error.name, error.why)
                count, most = self.count, min(most_unreadable(pictures), pictures - 1)
                if count > most:
                    raise Refusal(
                        f"{error.name}: {error.why}; {count} of {pictures} pictures cannot be "
                        "read, too many to go on without; see to them and start the run again"
                    ) from None
                index = (index + 1) % pictures

    def _add(self, name: str, why: str) -> None:
        line = "\t".join(" ".join(part.split()) for part in (name, why))
        with self._file.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{line}\n")

    def _lines(self) -> list[str]:
        try:
            return self._file.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []


def _remove(file: Path, owner: int) -> None:
    # A worker that is forked has a copy of this, and must not take the file along.
    if os.getpid() == owner:
        file.unlink(missing_ok=True)
