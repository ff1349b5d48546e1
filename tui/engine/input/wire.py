"""How a batch goes from a worker to the trainer: pickled, its arrays apart, through a socket.

Not through shared memory: containers have little of it (64 MB by default in Docker), and a process
that runs out of it dies without a word. A copy of a batch costs milliseconds.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import mxnet as mx
import numpy as np
from mxnet.ndarray import CachedOp


class _Pickler(pickle.Pickler):
    """MXNet's arrays go as NumPy's, whose bytes are not copied once more."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, mx.nd.NDArray):
            return _as_mxnet, (thing.asnumpy(),)
        if isinstance(thing, CachedOp):
            # What a transform was compiled to here; it is compiled again there.
            return _nothing, ()
        return NotImplemented


def _as_mxnet(values: np.ndarray) -> mx.nd.NDArray:
    return mx.nd.array(values, dtype=values.dtype)


Packed = Sequence[bytes | memoryview]
"""A message, then the bytes of its arrays."""


def _nothing() -> None:
    return None


def packed(message: Any) -> Packed:
    """Anything that can be pickled; on the main thread, since it waits for arrays.

    Raises:
        Exception: a part of it cannot be pickled; of whatever kind that part raises.
    """
    written = io.BytesIO()
    buffers: list[pickle.PickleBuffer] = []
    _Pickler(written, protocol=5, buffer_callback=buffers.append).dump(message)
    return [written.getbuffer(), *(buffer.raw() for buffer in buffers)]


def send(connection: Connection, message: Packed) -> None:
    """Send what was packed. Uses nothing of MXNet, as `receive`: any thread may.

    Raises:
        OSError: the other end is gone.
    """
    connection.send_bytes(pickle.dumps(len(message)))
    for part in message:
        connection.send_bytes(part)


def receive(connection: Connection) -> Packed:
    """What the other end has sent.

    Raises:
        EOFError, OSError: the other end is gone.
    """
    count = pickle.loads(connection.recv_bytes())
    return [connection.recv_bytes() for _ in range(count)]


def opened(received: Packed) -> Any:
    """The message itself; on the main thread, since it makes arrays."""
    written, *buffers = received
    return pickle.loads(written, buffers=buffers)
