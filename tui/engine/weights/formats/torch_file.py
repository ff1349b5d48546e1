"""Files that `torch.save` writes: a pickle that names tensors, and their numbers.

No torch is needed, and nothing in the file is run: the pickle may ask for the few functions that
put a tensor together, which are written anew here, and for an OrderedDict. Whatever else it asks
for is refused by name. The two forms: a zip archive (since torch 1.6), and pickles one after
another with the numbers behind them (before).
"""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

from tui.engine.refusal import Refusal
from tui.engine.weights.formats.tensors import DTYPES, Tensors
from tui.engine.weights.formats.torch_pickle import Foreign, Numbers, TensorRecord, TorchUnpickler

LONGEST_PICKLE = 64 << 20
"""Bytes. The names of ten thousand tensors take two million."""

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "module")
"""Under what training scripts keep the tensors in a checkpoint that holds more."""


def read_torch(file: str) -> Tensors:
    """All tensors of a state dict, or of a checkpoint that holds one.

    Raises:
        Refusal: it asks for other classes than tensors, holds a whole program, or is damaged.
    """
    try:
        with open(file, "rb") as stream:
            if stream.read(4) == b"PK\x03\x04":
                return _Reading(file).archive(stream)
            stream.seek(0)
            return _Reading(file).pickles(stream)
    except Foreign as foreign:
        raise Refusal(
            f"{file}: holds {foreign}, which is not a tensor; it is not loaded. Where you trust "
            "the file, save its state_dict() alone"
        ) from None
    except Refusal:
        raise
    # A pickle that is not what it says can fail in any way at all.
    except Exception as error:
        why = str(error) or type(error).__name__
        raise Refusal(f"{file}: broken off or damaged ({why[:100]}); fetch it again") from None


@dataclass
class _Reading:
    file: str
    _storages: dict[str, Numbers] = field(default_factory=dict)

    def archive(self, stream: IO[bytes]) -> Tensors:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            pickles = [name for name in names if name.endswith("/data.pkl")]
            if any(name.endswith("/constants.pkl") for name in names):
                raise Refusal(
                    f"{self.file}: a TorchScript program, not weights alone; it is not run. Where "
                    "you trust it, save its state_dict()"
                )
            if len(pickles) != 1:
                raise Refusal(f"{self.file}: a zip archive, but not one that torch.save wrote")
            folder = pickles[0].removesuffix("data.pkl")
            if f"{folder}byteorder" in names and archive.read(f"{folder}byteorder") != b"little":
                raise Refusal(f"{self.file}: its numbers are in big-endian order, not read here")
            if any(info.compress_type != zipfile.ZIP_STORED for info in archive.infolist()):
                raise Refusal(f"{self.file}: a compressed archive, which torch.save does not write")
            if archive.getinfo(pickles[0]).file_size > LONGEST_PICKLE:
                raise Refusal(f"{self.file}: its list of tensors is longer than any model's")
            with archive.open(pickles[0]) as listed:
                root = TorchUnpickler(listed, self._storage).load()
            room = os.path.getsize(self.file)
            for key, numbers in self._storages.items():
                info = archive.getinfo(f"{folder}data/{key}")
                room -= info.file_size
                if info.file_size != numbers.size or room < 0:
                    raise ValueError(f"tensor data {key} has {info.file_size} bytes")
                numbers.data = archive.read(info)
        return self._tensors(root)

    def pickles(self, stream: IO[bytes]) -> Tensors:
        refuse = _no_storage
        if TorchUnpickler(stream, refuse).load() != _MAGIC:
            raise Refusal(f"{self.file}: a pickle, but not one that torch.save wrote")
        if TorchUnpickler(stream, refuse).load() != _PROTOCOL:
            raise Refusal(f"{self.file}: written by a version of torch that is not known here")
        system = TorchUnpickler(stream, refuse).load()
        if not (isinstance(system, dict) and system.get("little_endian", True)):
            raise Refusal(f"{self.file}: its numbers are in big-endian order, not read here")
        root = TorchUnpickler(stream, self._storage).load()
        keys = TorchUnpickler(stream, refuse).load()
        if not isinstance(keys, list) or set(keys) != self._storages.keys():
            raise ValueError("its list of tensors is not whole")
        for key in keys:
            numbers = self._storages[key]
            count = int.from_bytes(stream.read(8), "little")
            if count != numbers.count:
                raise ValueError(f"tensor data {key} has {count} values")
            numbers.data = stream.read(numbers.size)
            if len(numbers.data) != numbers.size:
                raise ValueError("it ends in the middle of a tensor")
        return self._tensors(root)

    def _storage(self, key: str, dtype: str, count: int) -> Numbers:
        size = count * DTYPES[dtype].itemsize
        if not 0 <= size <= os.path.getsize(self.file):
            raise ValueError(f"tensor data {key} would have {size} bytes")
        numbers = self._storages.setdefault(key, Numbers(dtype, count, size))
        if (numbers.dtype, numbers.count) != (dtype, count):
            raise ValueError(f"tensor data {key} is of two kinds")
        return numbers

    def _tensors(self, root: Any) -> Tensors:
        for _ in range(3):  # one wrapper in another is seen, more are not
            inner = [root[name] for name in _WRAPPERS if isinstance(root, dict) and name in root]
            inner = [found for found in inner if isinstance(found, dict) and found]
            if not inner:
                break
            root = inner[0]
        if not isinstance(root, dict):
            raise Refusal(f"{self.file}: holds no tensors by name (a state_dict does)")
        tensors = [(n, t) for n, t in root.items() if isinstance(n, str)]
        found = Tensors(strange=tuple(n for n, t in tensors if not isinstance(t, TensorRecord)))
        for name, record in tensors:
            if isinstance(record, TensorRecord):
                # DataParallel puts the network into a module of its own.
                found.add(name.removeprefix("module."), _array(name, record), record.numbers.dtype)
        if not found.arrays:
            raise Refusal(f"{self.file}: holds no tensors by name (a state_dict does)")
        return found


def _no_storage(key: str, dtype: str, count: int) -> Numbers:
    raise ValueError("a tensor where none can be")


def _array(name: str, record: TensorRecord) -> np.ndarray:
    """The values of a tensor, which is a view on the numbers that it shares with others."""
    numbers = record.numbers
    values = np.frombuffer(numbers.data, DTYPES[numbers.dtype])
    if 0 in record.shape:
        return np.zeros(record.shape, values.dtype)
    last = record.offset + sum(
        (n - 1) * step for n, step in zip(record.shape, record.strides, strict=True)
    )
    if last >= len(values):
        raise ValueError(f"{name} reaches beyond its numbers")
    # Steps of 0 could make a tensor of any size out of one number.
    if np.prod(record.shape, dtype=np.float64) > max(len(values), 1):
        raise ValueError(f"{name} has more values than numbers")
    size = values.itemsize
    view = np.lib.stride_tricks.as_strided(
        values[record.offset :], record.shape, [step * size for step in record.strides]
    )
    return np.ascontiguousarray(view).reshape(record.shape)
