"""Files of darknet: a short header, then float32 numbers without names or shapes."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from tui.engine.refusal import Refusal


@dataclass(frozen=True)
class DarknetFile:
    """The numbers of a file, in the order of the network's layers."""

    values: np.ndarray


def read_darknet(file: str) -> DarknetFile:
    """The numbers of a file.

    Raises:
        Refusal: its header is no darknet's, or it ends in the middle of a number.
    """
    size = os.path.getsize(file)
    with open(file, "rb") as stream:
        head = stream.read(12)
        if len(head) < 12:
            raise Refusal(f"{file}: {size} bytes, too short for the header of darknet")
        major, minor, _ = (int(n) for n in np.frombuffer(head, "<i4"))
        if not (0 <= major < 100 and 0 <= minor < 100):
            raise Refusal(f"{file}: no file of darknet (its header names version {major}.{minor})")
        # The number of pictures seen took four bytes before version 0.2.
        seen = 8 if major * 10 + minor >= 2 else 4
        if len(stream.read(seen)) < seen or (size - 12 - seen) % 4:
            raise Refusal(f"{file}: broken off in the middle of a number; fetch it again")
        return DarknetFile(np.frombuffer(stream.read(), "<f4"))
