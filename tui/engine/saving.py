"""Files of arrays on a disk that may be full: written whole, or an error."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block


def save_parameters(net: Block, path: Path) -> None:
    """Write a network's weights by structure name.

    Raises:
        OSError: not all of it could be written.
    """
    _written_whole(path, lambda: net.save_parameters(str(path)))


def save_arrays(arrays: dict[str, mx.nd.NDArray], path: Path) -> None:
    """Write arrays by name.

    Raises:
        OSError: not all of them could be written.
    """
    _written_whole(path, lambda: mx.nd.save(str(path), arrays))


def _written_whole(path: Path, write: Callable[[], None]) -> None:
    try:
        write()
        # MXNet does not look at what closing the file says: the end of it may be missing.
        mx.nd.load(str(path))
    except mx.MXNetError:
        number = _why(path)
        raise OSError(number, os.strerror(number), str(path)) from None


def _why(path: Path) -> int:
    """MXNet keeps the reason to itself: ask the disk."""
    if not path.parent.is_dir():
        return errno.ENOENT
    if os.statvfs(path.parent).f_flag & os.ST_RDONLY:
        return errno.EROFS
    return errno.ENOSPC if os.access(path.parent, os.W_OK) else errno.EACCES
