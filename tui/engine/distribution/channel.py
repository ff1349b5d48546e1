"""Messages between the trainer and a follower: one JSON message, and files beside it, through
whatever two streams there are (a socket, or the standard input and output of an ssh)."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from typing import BinaryIO, Generic, TypeVar

import msgspec

T = TypeVar("T")

_LENGTH = struct.Struct(">Q")
LONGEST = 1 << 26
"""Bytes of a message without its files."""


class _Frame(msgspec.Struct, frozen=True):
    message: msgspec.Raw
    files: tuple[int, ...] = ()


class Channel(Generic[T]):
    """One end. `kinds` is the union of what the other end says."""

    @classmethod
    def of_socket(cls, connected: socket.socket, kinds: object) -> Channel[T]:
        """An end that is a socket. Who shuts that down ends what waits here."""
        return cls(connected.makefile("rb"), connected.makefile("wb"), kinds)

    def __init__(self, reader: BinaryIO, writer: BinaryIO, kinds: object) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(kinds)  # type: ignore[arg-type]
        self._sending = threading.Lock()

    def send(self, message: msgspec.Struct, files: Sequence[bytes] = ()) -> None:
        """Say something.

        Raises:
            OSError: the other end is gone.
        """
        frame = _Frame(msgspec.Raw(msgspec.json.encode(message)), tuple(map(len, files)))
        head = msgspec.json.encode(frame)
        with self._sending:
            self._writer.write(_LENGTH.pack(len(head)) + head)
            for file in files:
                self._writer.write(file)
            self._writer.flush()

    def receive(self) -> tuple[T, list[bytes]]:
        """What the other end says next.

        Raises:
            EOFError: the other end is gone.
            OSError: it cannot be read.
            ValueError: it is no message.
        """
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if length > LONGEST:
            raise ValueError(f"no message: {length:,} bytes")
        frame = msgspec.json.decode(self._exactly(length), type=_Frame)
        files = [self._exactly(size) for size in frame.files]
        return self._decoder.decode(frame.message), files

    def _exactly(self, count: int) -> bytes:
        data = self._reader.read(count)
        if len(data) < count:
            raise EOFError
        return data
