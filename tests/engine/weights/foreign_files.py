"""Files as safetensors and torch write them, made by hand so that they can lie."""

from __future__ import annotations

import json
import pickle
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

SAFETENSORS = {"float32": "F32", "float16": "F16", "int64": "I64"}
STORAGES = {"float32": "FloatStorage", "float16": "HalfStorage", "int64": "LongStorage"}


def safetensors(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    header, data = {}, b""
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        header[name] = {
            "dtype": SAFETENSORS[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    return lying(path, header, data)


def lying(path: Path, header: object, data: bytes, length: int | None = None) -> str:
    """A file whose header says whatever it is told to."""
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return str(path)


def _plain(value: object) -> bytes:
    """The pickle of a plain value, without its beginning and end."""
    return pickle.dumps(value, protocol=2)[2:-1]


def tensor(
    key: str,
    array: np.ndarray,
    *,
    shape: tuple[int, ...] | None = None,
    strides: tuple[int, ...] | None = None,
    offset: int = 0,
    legacy: bool = False,
) -> bytes:
    """What torch pickles for a tensor that is all of a storage, or says that it is something
    else."""
    shape = array.shape if shape is None else shape
    if strides is None:
        strides = tuple(step // array.itemsize for step in array.strides)
    storage = f"ctorch\n{STORAGES[str(array.dtype)]}\n".encode()
    saved = b"(" + _plain("storage") + storage + _plain(key) + _plain("cpu") + _plain(array.size)
    if legacy:
        saved += b"N"
    return (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + saved
        + b"tQ"
        + _plain(offset)
        + _plain(shape)
        + _plain(strides)
        + b"\x89ccollections\nOrderedDict\n)RtR"
    )


def state_dict(entries: Mapping[str, bytes]) -> bytes:
    """The pickle of an OrderedDict of pickled values, with notes on its modules as torch has."""
    body = b"".join(_plain(name) + value for name, value in entries.items())
    notes = b"}" + _plain("_metadata") + b"}sb"
    return b"\x80\x02ccollections\nOrderedDict\n)R(" + body + b"u" + notes + b"."


def archive(path: Path, listed: bytes, storages: Mapping[str, np.ndarray]) -> str:
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("archive/data.pkl", listed)
        zipped.writestr("archive/byteorder", "little")
        for key, array in storages.items():
            zipped.writestr(f"archive/data/{key}", array.tobytes())
    return str(path)


def torch_zip(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    keys = {name: str(number) for number, name in enumerate(arrays)}
    listed = state_dict({name: tensor(keys[name], array) for name, array in arrays.items()})
    return archive(path, listed, {keys[name]: array for name, array in arrays.items()})


def torch_legacy(path: Path, arrays: Mapping[str, np.ndarray]) -> str:
    keys = {name: str(number) for number, name in enumerate(arrays)}
    parts = [pickle.dumps(part, protocol=2) for part in (0x1950A86A20F9469CFC6C, 1001)]
    parts.append(pickle.dumps({"protocol_version": 1001, "little_endian": True}, protocol=2))
    parts.append(state_dict({n: tensor(keys[n], a, legacy=True) for n, a in arrays.items()}))
    parts.append(pickle.dumps(list(keys.values()), protocol=2))
    for array in arrays.values():
        parts.append(struct.pack("<q", array.size) + array.tobytes())
    path.write_bytes(b"".join(parts))
    return str(path)
