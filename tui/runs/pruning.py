"""Old runs, removed: which ones, and of each only what thaw wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tui.runs.folder import RunFolder
from tui.runs.listed import ACTIVE, ListedRun, RunOutside, list_run
from tui.runs.lock import RunLock

ENDED: frozenset[RunOutside] = frozenset({"done", "stopped", "failed", "lost"})
"""The states that are looked at where none is named."""

_WRITTEN = re.compile(
    r"(run\.toml|plan\.toml|proof\.json|states\.json|events\.jsonl|log\.txt|control\.sock|trainer\.lock"
    r"|weights/(final|best)\.params"
    r"|checkpoints/\.?\d+(\.\w+)?/(weights\.params|optimizer\.params|checkpoint\.json)"
    r"|tensorboard/events\.out\.tfevents\.[^/]*"
    r"|(features|processes/\d+)/(rows\.bin|store\.json)|samples/\.?\d+(\.\w+)?/\d+(\.small)?\.png|confusion\.csv|inspector\.log)"
)
"""The files of a run, by their paths in its folder."""

_TEMPORARY = re.compile(r"((?:[^/]+/)*)\.([^/]+)\.\d+")
"""What such a file is called while it is being written."""

_FOLDERS = re.compile(
    r"weights|tensorboard|features|processes(/\d+)?|(checkpoints|samples)(/\.?\d+(\.\w+)?)?"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of a run folder, by their paths in it: those that thaw wrote with the bytes that
    they take, those that it did not, and its own folders, the innermost first."""

    written: dict[str, int] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of what thaw wrote."""
        return sum(self.written.values())


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of a run: bytes that are free now, paths in the folder that stay, and what
    went wrong, empty where nothing did."""

    freed: int
    left: tuple[str, ...] = ()
    problem: str = ""


def to_prune(
    runs: Sequence[ListedRun],
    *,
    now: float,
    older: float | None = None,
    keep: int = 0,
    states: frozenset[RunOutside] = ENDED,
) -> list[ListedRun]:
    """Which of these runs, newest first, are to go: those in one of the states, but for the newest
    `keep` of them, that have said nothing for `older` seconds. One that is going on never is."""
    found = [run for run in runs if run.state in states - ACTIVE][keep:]
    return [run for run in found if older is None or now - run.last >= older]


def contents(path: Path) -> Contents:
    """What a run folder holds. Links are not followed: what they lead to is not thaw's."""
    found = Contents()
    for place, folders, files in os.walk(path, topdown=False):
        within = Path(place).relative_to(path)
        for name in files:
            one = (within / name).as_posix()
            if is_written(one):
                found.written[one] = os.lstat(path / one).st_size
            else:
                found.others.append(one)
        for name in folders:
            one = (within / name).as_posix()
            if _FOLDERS.fullmatch(one) and not (path / one).is_symlink():
                found.folders.append(one)
            elif (path / one).is_symlink() or not any((path / one).iterdir()):
                found.others.append(one)
    return found


def is_written(path: str) -> bool:
    """Whether a file of a run folder, by its path in it, is one that thaw writes."""
    if _WRITTEN.fullmatch(path):
        return True
    temporary = _TEMPORARY.fullmatch(path)
    return bool(temporary and _WRITTEN.fullmatch(temporary[1] + temporary[2]))


def remove(path: Path) -> Removed:
    """Remove what thaw wrote of a run, and its folder where nothing else is in it. One that is
    going on by now is left as it is."""
    if path.is_symlink():
        return Removed(0, problem="a link to a folder elsewhere; left as it is")
    state = list_run(RunFolder(path)).state
    if state in ACTIVE:
        return Removed(0, problem=f"it is {state} again; left as it is")
    freed = 0
    # Until the last file is gone, no trainer can begin here.
    lock = RunLock(RunFolder(path).lock_file)
    try:
        if not lock.take():
            return Removed(0, problem="a trainer is at work in it; left as it is")
        found = contents(path)
        # By run.toml it is known to be a run: as long as anything is left, it can be listed.
        for name in sorted(found.written, key=lambda name: (name == "run.toml", name)):
            os.unlink(path / name)
            freed += found.written[name]
        for name in found.folders:
            if not any((path / name).iterdir()):
                os.rmdir(path / name)
        if not any(path.iterdir()):
            os.rmdir(path)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return Removed(freed, problem=f"{Path(str(error.filename or path)).name}: {why}")
    finally:
        lock.release()
    return Removed(freed, tuple(sorted(found.others)))
