"""JSON files that carry a version: a newer thaw's is told from a broken one."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

T = TypeVar("T")


class Unreadable(ValueError):
    """A file that is torn, or holds something else; the message says why."""


class Newer(ValueError):
    """A file that a newer thaw has written; the message says of which version."""


class _Versioned(msgspec.Struct):
    version: int


def read_versioned(path: Path, kind: type[T], newest: int) -> T:
    """Read a message whose `version` is at most `newest`.

    Raises:
        Newer: it is more.
        Unreadable: it is torn, or no such message.
        OSError: it is missing, or may not be read.
    """
    data = path.read_bytes()
    try:
        version = msgspec.json.decode(data, type=_Versioned).version
        if version > newest:
            raise Newer(f"version {version} is newer than this thaw; update thaw")
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(str(error)) from None
