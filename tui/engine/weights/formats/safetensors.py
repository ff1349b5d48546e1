"""Files of safetensors: the length of a header, the header in JSON, then the numbers.

The format: https://huggingface.co/docs/safetensors. What the header says is believed only after
it has been held against the file: a size that does not follow from a shape, an offset that is
outside, two tensors on the same bytes, or bytes that belong to none.
"""

from __future__ import annotations

import json
import math
import mmap
from typing import Any

import numpy as np

from tui.engine.refusal import Refusal
from tui.engine.weights.formats.tensors import DTYPES, Tensors

LONGEST_HEADER = 100_000_000
"""Bytes; what the format allows."""


def accepts(start: bytes) -> bool:
    """Whether a file that begins so says that it is one."""
    length = int.from_bytes(start[:8], "little")
    return start[8:9] == b"{" and 2 <= length


def read_safetensors(file: str) -> Tensors:
    """All tensors of a file.

    Raises:
        Refusal: broken off, or its header does not fit the file.
    """
    with open(file, "rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _read(file, memoryview(data).toreadonly())


def _read(file: str, data: memoryview) -> Tensors:
    try:
        length = int.from_bytes(data[:8], "little")
        if length > min(LONGEST_HEADER, len(data) - 8):
            raise _Lie(f"it says that the header has {length:,} bytes, of {len(data):,} in all")
        header = _header(bytes(data[8 : 8 + length]))
        return _tensors(header, data[8 + length :])
    except _Lie as lie:
        raise Refusal(f"{file}: damaged safetensors: {lie}; fetch it again") from None
    finally:
        data.release()


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


def _tensors(header: dict[str, Any], data: memoryview) -> Tensors:
    places = []
    for name, said in header.items():
        dtype, shape, begin, end = _entry(name, said)
        if end > len(data):
            raise _Lie(f"{name} ends at byte {end:,}, and there are {len(data):,}")
        places.append((begin, end, name, dtype, shape))
    # Without gaps and overlaps, each begins where another ends.
    reached = 0
    for begin, end, name, _, _ in sorted(places):
        if begin != reached:
            what = "bytes that another has" if begin < reached else "after bytes that none has"
            raise _Lie(f"{name} begins at byte {begin:,}: {what}")
        reached = end
    if reached != len(data):
        raise _Lie(f"{len(data) - reached:,} bytes after the last tensor")
    found = Tensors()
    for begin, end, name, dtype, shape in places:
        array = np.frombuffer(bytes(data[begin:end]), DTYPES[dtype]).reshape(shape)
        found.add(name, array, dtype)
    return found


def _entry(name: str, said: Any) -> tuple[str, tuple[int, ...], int, int]:
    if not isinstance(said, dict) or not said.keys() >= {"dtype", "shape", "data_offsets"}:
        raise _Lie(f"{name} lacks its dtype, its shape or its place")
    dtype, shape, offsets = said["dtype"], said["shape"], said["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _Lie(f"{name} is of dtype {dtype}, which is not read here")
    if not _counts(shape) or not _counts(offsets) or len(offsets) != 2 or len(shape) > 32:
        raise _Lie(f"the shape or the place of {name} makes no sense")
    begin, end = offsets
    size = math.prod(shape) * DTYPES[dtype].itemsize
    if end - begin != size:
        raise _Lie(f"{name} needs {size:,} bytes for its shape, and has {end - begin:,}")
    return dtype, tuple(shape), begin, end


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(v) is int and v >= 0 for v in values)
