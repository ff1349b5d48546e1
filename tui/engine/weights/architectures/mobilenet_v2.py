"""MobileNet v2, as torchvision has it.

GluonCV's last layer has no bias, and torchvision's has one: the two are the same network up to
there, and the last layer is left new.
"""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import Architecture

_LAYERS = {"0.0": 0, "0.1": 1, "1.0": 3, "1.1": 4, "2": 6, "3": 7}
_FIRST = {"0.0": 0, "0.1": 1, "1": 3, "2": 4}
"""Places in a block; the first block has no convolution that widens."""


def _block(found: re.Match[str]) -> str:
    number = int(found[1])
    return f"features.{number + 2}.out.{(_FIRST if number == 1 else _LAYERS)[found[2]]}"


MOBILENET_V2 = Architecture(
    family="MobileNet v2",
    models=("mobilenetv2_1.0",),
    rules=(
        (r"features\.0\.([01])", r"features.\1"),
        (r"features\.(1)\.conv\.(0\.0|0\.1|1|2)", _block),
        (r"features\.(\d+)\.conv\.(0\.0|0\.1|1\.0|1\.1|2|3)", _block),
        (r"features\.18\.0", "features.20"),
        (r"features\.18\.1", "features.21"),
    ),
    head="output",
    unused=r"classifier\.1",
)
