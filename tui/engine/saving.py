"""Files of arrays on a disk that may be full: written whole, or an error."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block


def save_parameters(net: Block, path: Path) -> None:
    """Write a network's weights by structure name; of one that is on several devices, those of
    the first. (MXNet would write the mean, which of three equal numbers is not always that
    number, and of running statistics is none that any device has.)

    Raises:
        OSError: not all of it could be written.
    """
    _written_whole(path, lambda: mx.nd.save(str(path), parameters_on_first(net)))


def parameters_on_first(net: Block) -> dict[str, mx.nd.NDArray]:
    """A network's weights by structure name, on the processor; of one that is on several devices,
    those of the first."""
    return {
        name: parameter.list_data()[0].as_in_context(mx.cpu())
        for name, parameter in net._collect_params_with_prefix().items()
    }


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
