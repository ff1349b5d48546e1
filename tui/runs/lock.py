"""A run folder has one trainer at a time."""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)


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
        self._fd = fd
        return True
