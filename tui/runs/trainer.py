"""The trainer process, from outside: start it so that it outlives us, and see if it lives."""

from __future__ import annotations

import shutil
import subprocess
import sys

import psutil

from tui.runs.events import RunStarted
from tui.runs.folder import RunFolder
from tui.runs.lock import is_held

ROOM = 1 << 16
"""Bytes without which not even a last event can be counted on."""


def start_trainer(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start the trainer of a run in a session of its own, so that no hang-up reaches it.

    Its standard output and error go to log.txt; nothing of it is tied to this process. What is
    returned is its supervisor, which has its exit code: 128 and the number for a signal.
    """
    with folder.log_file.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tui.runs.supervisor", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def is_alive(folder: RunFolder, started: RunStarted) -> bool:
    """Whether the trainer of a run that wrote this event, or a later one, still runs.

    It holds the folder's lock for as long as it lives. Where that cannot be asked, it is looked
    for by its pid; a later process with the same is not mistaken for it: the time of its creation
    differs. (By which it is not found where the clock has been set: the lock knows better.)
    """
    held = is_held(folder.lock_file)
    if held is not None:
        return held
    try:
        process = psutil.Process(started.pid)
        return (
            abs(process.create_time() - started.create_time) < 1.0
            and process.status() != psutil.STATUS_ZOMBIE
        )
    except (psutil.NoSuchProcess, ValueError):
        return False


def with_disk(words: str, folder: RunFolder) -> str:
    """What is known of the end of a trainer that told none, and whether its disk is full: then
    it could not tell."""
    try:
        full = shutil.disk_usage(folder.path).free < ROOM
    except OSError:
        return f"{words}; its folder cannot be read"
    return f"{words}; there is no room left on the disk of its folder" if full else words


def last_lines(folder: RunFolder, count: int = 20) -> list[str]:
    """The last lines of log.txt, for a person to see what ended a run."""
    try:
        with folder.log_file.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - (1 << 14)))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []
