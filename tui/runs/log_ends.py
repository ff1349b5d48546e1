"""The two ends of events.jsonl, read without what is between: a log can have a million events."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO

import msgspec

from tui.runs.events import Envelope

HEAD = 1 << 14
"""Bytes of the beginning: what a trainer says before its first step has about 2^11."""

TAIL = 1 << 16
"""Bytes of the end: about 300 steps, and at least what was said last."""

_CHUNK = 1 << 18

_decoder = msgspec.json.Decoder(Envelope)


def first_events(path: Path, limit: int = HEAD) -> list[Envelope]:
    """The whole records in the first `limit` bytes, oldest first; empty where there is no log.

    Raises:
        OSError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit)
    except FileNotFoundError:
        return []
    return _decoded(data[: data.rfind(b"\n") + 1])


def last_events(path: Path, limit: int = TAIL) -> list[Envelope]:
    """The whole records in the last `limit` bytes, oldest first; empty where there is no log. A
    torn last record is passed over.

    Raises:
        OSError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - limit)
            file.seek(start)
            data = file.read(limit)
    except FileNotFoundError:
        return []
    first = data.find(b"\n") + 1 if start else 0
    return _decoded(data[first : data.rfind(b"\n") + 1])


def last_of(path: Path, *types: str, after: int = 0) -> Envelope | None:
    """The last record with an event of one of these types, looked for from the end; None where
    there is none behind the first `after` bytes. What comes later than it is passed over
    undecoded, about a gigabyte a second.

    Raises:
        OSError: the log may not be read.
    """
    # Only there does a quote stand unescaped before a type: no text in an event can look like it.
    wanted = re.compile(rb'"event":\{"type":"(?:' + "|".join(types).encode() + rb')"[,}]')
    longest = max(map(len, types)) + 20
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            while end > after:
                start = max(after, end - _CHUNK)
                file.seek(start)
                # A little of what was looked through already: a match can lie across.
                chunk = file.read(end - start + longest)
                for found in reversed(list(wanted.finditer(chunk))):
                    line = _line_around(file, start + found.start())
                    if envelopes := _decoded(line):
                        return envelopes[0]
                end = start
    except FileNotFoundError:
        pass
    return None


def _line_around(file: BinaryIO, at: int) -> bytes:
    # The number and the time before the event are short.
    start = max(0, at - 200)
    file.seek(start)
    before = file.read(at - start)
    newline = before.rfind(b"\n") + 1
    file.seek(start + newline)
    line = file.readline()
    return line if line.endswith(b"\n") else b""


def _decoded(data: bytes) -> list[Envelope]:
    found = []
    for line in data.split(b"\n"):
        try:
            found.append(_decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return found
