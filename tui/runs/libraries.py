"""What a process finds of MXNet and what belongs to it, told line by line.

MXNet is imported in a process of its own, which a broken build can end at any line: each library
is named before it is tried, so that the last one named is the one that ended it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

LibraryName = Literal["NumPy", "MXNet", "GluonCV", "OpenCV"]


class Trying(msgspec.Struct, frozen=True, tag=True):
    """It is about to be imported."""

    name: LibraryName


class Library(msgspec.Struct, frozen=True, tag=True):
    """It was tried. `problem` is why it cannot be used, in one line; `features` are those that
    MXNet was built with, `gpus` how many it sees (None where it was not asked); `build` is the
    distribution that it came with."""

    name: LibraryName
    version: str = ""
    problem: str = ""
    features: tuple[str, ...] = ()
    gpus: int | None = None
    build: str = ""


_decoder = msgspec.json.Decoder(Trying | Library)


def read_libraries(output: bytes) -> tuple[tuple[Library, ...], LibraryName | None]:
    """What was found, and the library at which the process ended too early, if it did. Lines that
    a library has printed itself are passed over."""
    found: list[Library] = []
    trying: LibraryName | None = None
    for line in output.splitlines():
        try:
            told = _decoder.decode(line)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError):
            continue
        if isinstance(told, Trying):
            trying = told.name
        else:
            found.append(told)
            trying = None
    return tuple(found), trying
