"""A run folder has one trainer at a time."""

from __future__ import annotations

import fcntl
import logging
import os
import struct
import sys
from pathlib import Path

logger = logging.getLogger(__name__)

_own: dict[str, bool] = {}
"""The locks of this process, by real path, and whether the file system really keeps them. To open
and close such a file would let the lock go: it is a lock of the process."""


class RunLock:
    """The right to train in a run folder, held until the process ends.

    It is a lock of the process (POSIX): none of its children takes it along, and however the
    process ends, it is free.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def take(self) -> bool:
        """Take it; False where another process has it. On a file system that knows no locks it is
        always had, which the log tells.

        Raises:
            OSError: the file cannot be made.
        """
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(fd)
            return False
        except OSError as error:
            logger.warning("%s cannot be locked: %s", self._path, error)
            _own[os.path.realpath(self._path)] = False
        else:
            _own[os.path.realpath(self._path)] = True
        self._fd = fd
        return True

    def release(self) -> None:
        """Let it go before the process ends."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            _own.pop(os.path.realpath(self._path), None)


def is_held(path: Path) -> bool | None:
    """Whether a process other than this one holds the lock of this file, which the kernel knows
    for sure, over NFS too; None where that cannot be known: there is no such file, it may not be
    read, or its file system knows no locks. It takes nothing, so it keeps nobody from the lock."""
    kept = _own.get(os.path.realpath(path))
    if kept is not None:
        return False if kept else None
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _type_of(fcntl.fcntl(fd, fcntl.F_GETLK, _would_lock())) != fcntl.F_UNLCK
    except OSError:
        return None
    finally:
        os.close(fd)


def _would_lock() -> bytes:
    """A `struct flock` that asks for the whole file."""
    if sys.platform == "darwin":
        return struct.pack("@qqihh", 0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
    return struct.pack("@hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)


def _type_of(flock: bytes) -> int:
    found: int = struct.unpack_from("@h", flock, 20 if sys.platform == "darwin" else 0)[0]
    return found
