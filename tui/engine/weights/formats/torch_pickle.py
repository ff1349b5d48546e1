"""A pickle of torch's, read without torch and without running what it asks for."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, ClassVar


class Foreign(pickle.UnpicklingError):
    """It asks for something that is not part of a tensor; the message is its full name."""


@dataclass
class Numbers:
    """The values that one or more tensors are views on: `count` of them, `size` bytes."""

    dtype: str
    count: int
    size: int
    data: bytes = b""


@dataclass(frozen=True)
class TensorRecord:
    """A tensor, as torch writes it down: a view on numbers, all counted in values."""

    numbers: Numbers
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _StorageType:
    dtype: str


_STORAGES = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}


def _tensor(numbers: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> TensorRecord:
    if not (
        isinstance(numbers, Numbers)
        and isinstance(shape, tuple)
        and isinstance(strides, tuple)
        and len(shape) == len(strides) <= 32
        and all(type(value) is int and value >= 0 for value in (offset, *shape, *strides))
    ):
        raise pickle.UnpicklingError("a tensor that makes no sense")
    return TensorRecord(numbers, offset, shape, strides)


def _parameter(data: Any, *_: Any) -> TensorRecord:
    if not isinstance(data, TensorRecord):
        raise pickle.UnpicklingError("a parameter without a tensor")
    return data


def _size(shape: Any = ()) -> tuple[Any, ...]:
    return tuple(shape) if isinstance(shape, (tuple, list)) else ()


_KNOWN: dict[tuple[str, str], Callable[..., Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch", "Size"): _size,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
}


class _WholeLines:
    """A stream in which a name that is broken off is not taken for a shorter one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.read = stream.read

    def readline(self) -> bytes:
        line = self._stream.readline()
        if not line.endswith(b"\n"):
            raise EOFError("it ends in the middle of a name")
        return line


# The one in Python: the one in C makes room for whatever number of objects a file names.
class TorchUnpickler(pickle._Unpickler):
    """Reads one pickle. `storage` is told a key, a dtype in `DTYPES` and a number of values, and
    gives the numbers, whose bytes may come later.

    Raises:
        Foreign: it asks for another class or function than those of tensors.
    """

    def __init__(self, stream: IO[bytes], storage: Callable[[str, str, int], Numbers]) -> None:
        super().__init__(_WholeLines(stream), encoding="utf-8")
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        """What a name in the pickle stands for; it is never imported."""
        if module == "torch" and name in _STORAGES:
            return _StorageType(_STORAGES[name])
        known = _KNOWN.get((module, name))
        if known is None:
            raise Foreign(f"{module}.{name}")
        return known

    dispatch: ClassVar = dict(pickle._Unpickler.dispatch)

    def load_build(self) -> None:
        """The state of an object is dropped: a state dict has only notes on its modules there,
        and a tensor must stay as it was checked."""
        self.stack.pop()

    dispatch[pickle.BUILD[0]] = load_build

    def persistent_load(self, saved: Any) -> Numbers:
        """The numbers that a tensor is a view on."""
        match saved:
            case ("storage", _StorageType(dtype), str(key), _, int(count), *rest) if rest in (
                [],
                [None],
            ):
                return self._storage(key, dtype, count)
        raise pickle.UnpicklingError("tensor data of an unknown kind")
