"""What kind of file of weights a file is, by its first bytes."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["params", "torch", "safetensors", "darknet", ""]

START = 16
"""Bytes of a file that have to be known."""

PARAMS_MAGIC = b"\x12\x01\x00\x00\x00\x00\x00\x00"
"""How every file of `mx.nd.save` begins (src/ndarray/ndarray.cc)."""


def kind_of(name: str, start: bytes) -> Kind:
    """The kind of a file that has a name and begins so; empty where it is none that is known."""
    if start[:8] == PARAMS_MAGIC:
        return "params"
    # A zip archive, or a pickle of one of torch's protocols.
    if start[:4] == b"PK\x03\x04" or re.match(rb"\x80[\x02-\x05]", start):
        return "torch"
    # By its name: its bytes are numbers that say little.
    if re.search(r"\.weights$|\.conv\.\d+$", name):
        return "darknet"
    if start[8:9] == b"{" or name.endswith(".safetensors"):
        return "safetensors"
    return ""
