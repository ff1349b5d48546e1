"""Files of weights that are not Gluon's own. They are told apart by their bytes, and nothing in
them is run."""

from __future__ import annotations

import os
import re
import struct

from tui.engine.refusal import Refusal
from tui.engine.weights.formats import safetensors, torch_file
from tui.engine.weights.formats.darknet import DarknetFile, read_darknet
from tui.engine.weights.formats.tensors import Tensors

_SHORTEST = 8


def read_foreign(file: str) -> Tensors | DarknetFile:
    """Read a file of PyTorch's, safetensors or darknet.

    Raises:
        Refusal: it cannot be read, is none of these, or is damaged.
    """
    try:
        size = os.path.getsize(file)
        with open(file, "rb") as stream:
            start = stream.read(64)
    except OSError as error:
        raise Refusal(f"{file}: {(error.strerror or str(error)).lower()}") from None
    if len(start) < _SHORTEST:
        raise Refusal(f"{file}: {size} bytes, too short to be a file of weights")
    if torch_file.accepts(start):
        return torch_file.read_torch(file)
    # First of all others, by name: its bytes are numbers that say little.
    if re.search(r"\.weights$|\.conv\.\d+$", file):
        return read_darknet(file)
    if safetensors.accepts(start):
        return safetensors.read_safetensors(file)
    told = struct.unpack("<Q", start[:8])[0]
    if file.endswith(".safetensors"):
        raise Refusal(
            f"{file}: no safetensors file: its header says {told:,} bytes, and does not begin"
            " as one"
        )
    raise Refusal(
        f"{file}: not a file of weights that is known here (.params of MXNet, .safetensors, "
        ".pth of PyTorch, .weights of darknet)"
    )
