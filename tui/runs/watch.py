"""All runs, looked at again and again: only what may have changed is read anew."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.runs.folder import RunFolder, is_run
from tui.runs.listed import ACTIVE, ListedRun, begun_at, list_run, unsorted_folders

SLICE = 0.1
"""Seconds after which what has been read so far is told."""

_Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known so far: the runs in no order, how many folders there are, and what cannot be
    read of the folders that hold them (empty: nothing)."""

    runs: tuple[ListedRun, ...]
    folders: int
    problem: str = ""


@dataclass
class RunsWatch:
    """Lists the runs in some folders, or those that are runs themselves. Used by one thread at a
    time. A log's length does not matter, but to a run that is lost: see `list_run`."""

    homes: Sequence[Path]
    _known: dict[Path, tuple[_Stamp, ListedRun]] = field(default_factory=dict)

    def look(self) -> Iterator[Seen]:
        """Look at all runs, the newest first: what is known is told after every `SLICE` seconds,
        and at the end."""
        folders, problem = self._folders()
        gone = self._known.keys() - {folder.path for folder in folders}
        for path in gone:
            del self._known[path]
        stamps = {folder.path: _stamp(folder) for folder in folders}
        changed = [one for one in folders if self._may_differ(one.path, stamps[one.path])]
        if len(changed) > 1:
            changed.sort(key=begun_at, reverse=True)
        told = time.monotonic()
        for folder in changed:
            if time.monotonic() - told > SLICE:
                yield self._seen(len(folders), problem)
                told = time.monotonic()
            # The stamp is of before: what is written while it is read is seen the next time.
            self._known[folder.path] = stamps[folder.path], list_run(folder)
        yield self._seen(len(folders), problem)

    def _seen(self, folders: int, problem: str) -> Seen:
        return Seen(tuple(run for _, run in self._known.values()), folders, problem)

    def _may_differ(self, path: Path, stamp: _Stamp) -> bool:
        # A trainer can be gone without a word: its process is asked for each time.
        known = self._known.get(path)
        return known is None or known[0] != stamp or known[1].state in ACTIVE

    def _folders(self) -> tuple[list[RunFolder], str]:
        found: list[RunFolder] = []
        problem = ""
        for home in self.homes:
            try:
                if is_run(RunFolder(home)):
                    found.append(RunFolder(home))
                else:
                    found += unsorted_folders(home)
            except OSError as error:
                problem = f"{home}: {(error.strerror or str(error)).lower()}"
        return found, problem


def _stamp(folder: RunFolder) -> _Stamp:
    files = (folder.events_file, folder.spec_file, folder.plan_file)
    return tuple(stamp_of(file) for file in files)


def stamp_of(path: Path) -> tuple[int, int] | None:
    """By which a file that was changed is known; None where it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
