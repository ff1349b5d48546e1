"""Tensors by name, as they are read from a foreign file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Widened = Literal["", "fp16", "bf16"]

DTYPES: dict[str, np.dtype] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    # NumPy has no bfloat16: its bits are the upper half of a float32.
    "BF16": np.dtype("<u2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("?"),
}
"""The dtypes that are read, by the names that safetensors gives them."""

_NARROW: dict[str, Widened] = {"F16": "fp16", "BF16": "bf16"}


@dataclass
class Tensors:
    """Arrays by name. Those of floating point are float32, whatever they were in the file;
    `widened` says what, where it was less. `strange` are entries that are no tensors."""

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    widened: Widened = ""
    strange: tuple[str, ...] = ()

    def add(self, name: str, array: np.ndarray, dtype: str) -> None:
        """Take in an array as it lies in the file, of a dtype in `DTYPES`."""
        if dtype == "BF16":
            array = (array.astype(np.uint32) << 16).view(np.float32)
        elif dtype.startswith("F"):
            array = array.astype(np.float32)
        self.arrays[name] = array
        if not self.widened:
            self.widened = _NARROW.get(dtype, "")
