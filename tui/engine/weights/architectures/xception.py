"""Xception-65, as timm has it."""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import Architecture

_MIDDLE = range(3, 19)
_PARTS = {"conv_dw": ".conv1", "bn_dw": ".bn", "conv_pw": ".pointwise"}


def _block(number: int) -> str:
    if number in _MIDDLE:
        return f"midflow.{number - _MIDDLE.start}"
    return f"block{number + 1}"


def _separable(found: re.Match[str]) -> str:
    number, layer, part = int(found[1]), int(found[2]), found[3]
    if number == 20:  # in Gluon these three are no block
        return f"bn{layer + 2}" if part == "bn_pw" else f"conv{layer + 2}{_PARTS[part]}"
    # The first two blocks do not begin with an activation.
    at = 3 * (layer - 1) + (number > 1)
    rep = f"{_block(number)}.rep"
    return f"{rep}.{at + 1}" if part == "bn_pw" else f"{rep}.{at}{_PARTS[part]}"


XCEPTION = Architecture(
    family="Xception",
    models=("xception",),
    rules=(
        (r"stem\.0\.(conv|bn)", r"\g<1>1"),
        (r"stem\.1\.(conv|bn)", r"\g<1>2"),
        (r"blocks\.(\d+)\.stack\.conv(\d)\.(conv_dw|bn_dw|conv_pw|bn_pw)", _separable),
        (r"blocks\.(\d+)\.shortcut\.conv", lambda found: f"{_block(int(found[1]))}.skip"),
        (r"blocks\.(\d+)\.shortcut\.bn", lambda found: f"{_block(int(found[1]))}.skipbn"),
        (r"head\.fc", "fc"),
    ),
    head="fc",
)
