"""Files of safetensors: the length of a header, the header in JSON, then the numbers.

The format: https://huggingface.co/docs/safetensors. What the header says is believed only after
it has been held against the file: a size that does not follow from a shape, an offset that is
outside, two tensors on the same bytes, or bytes that belong to none.
"""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from tui.engine.refusal import Refusal
from tui.engine.weights.formats.tensors import DTYPES, Tensors

LONGEST_HEADER = 100_000_000
"""Bytes; what the format allows."""


def read_safetensors(file: str) -> Tensors:
    """All tensors of a file.

    Raises:
        Refusal: broken off, or its header does not fit the file.
    """
    with open(file, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        length = int.from_bytes(stream.read(8), "little")
        try:
            if length > min(LONGEST_HEADER, size - 8):
                raise _Lie(f"it says that the header has {length:,} bytes, of {size:,} in all")
            entries = _entries(_header(stream.read(length)), size - 8 - length)
        except _Lie as lie:
            raise Refusal(f"{file}: damaged safetensors: {lie}; fetch it again") from None
        for entry in entries:
            if entry.dtype not in DTYPES:
                raise Refusal(f"{file}: {entry.name} is of dtype {entry.dtype}, not read here")
        found = Tensors()
        for entry in entries:
            stream.seek(8 + length + entry.begin)
            raw = stream.read(entry.end - entry.begin)
            array = np.frombuffer(raw, DTYPES[entry.dtype]).reshape(entry.shape)
            found.add(entry.name, array, entry.dtype)
        return found


@dataclass(frozen=True)
class _Entry:
    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class _Lie(Exception):
    """What the header says is not so."""


def _header(text: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _Lie("a name stands in its header twice")
        return found

    try:
        header = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise _Lie("its header is no JSON") from None
    if not isinstance(header, dict):
        raise _Lie("its header is no JSON object")
    header.pop("__metadata__", None)
    if not header:
        raise _Lie("it holds no tensors")
    return header


def _entries(header: dict[str, Any], size: int) -> list[_Entry]:
    entries = [_entry(name, said) for name, said in header.items()]
    # Without gaps and overlaps, each begins where another ends.
    reached = 0
    for entry in sorted(entries, key=lambda entry: (entry.begin, entry.end)):
        if entry.end > size:
            raise _Lie(f"{entry.name} ends at byte {entry.end:,}, and there are {size:,}")
        if entry.begin != reached:
            early = entry.begin < reached
            what = "bytes that another has" if early else "after bytes that none has"
            raise _Lie(f"{entry.name} begins at byte {entry.begin:,}: {what}")
        reached = entry.end
    if reached != size:
        raise _Lie(f"{size - reached:,} bytes after the last tensor")
    return entries


def _entry(name: str, said: Any) -> _Entry:
    if not isinstance(said, dict) or not said.keys() >= {"dtype", "shape", "data_offsets"}:
        raise _Lie(f"{name} lacks its dtype, its shape or its place")
    dtype, shape, offsets = said["dtype"], said["shape"], said["data_offsets"]
    sensible = isinstance(dtype, str) and _counts(shape) and len(shape) <= 32
    if not sensible or not _counts(offsets) or len(offsets) != 2:
        raise _Lie(f"the dtype, the shape or the place of {name} makes no sense")
    begin, end = offsets
    if dtype in DTYPES:
        size = math.prod(shape) * DTYPES[dtype].itemsize
        if end - begin != size:
            raise _Lie(f"{name} needs {size:,} bytes for its shape, and has {end - begin:,}")
    elif end < begin:
        raise _Lie(f"{name} ends before it begins")
    return _Entry(name, dtype, tuple(shape), begin, end)


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and v >= 0 for v in values)
