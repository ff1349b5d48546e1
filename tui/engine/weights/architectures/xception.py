"""Xception-65, as timm had it until 0.9 under the name `gluon_xception65`.

What timm calls `xception65` today is another network: it has activations inside its separable
convolutions at the end, and none before the second block's shortcut.
"""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import Architecture, same

_PARTS = {"conv_dw": "conv1", "bn": "bn", "conv_pw": "pointwise"}
_NO_FIRST_ACTIVATION = ("block1", "block2")


def _block(name: str) -> str:
    number = re.fullmatch(r"mid\.block(\d+)", name)
    return f"midflow.{int(number[1]) - 4}" if number else name


def _place(block: str, layer: str) -> str:
    place = 3 * (int(layer) - 1) + (block not in _NO_FIRST_ACTIVATION)
    return f"{_block(block)}.rep.{place}"


def _norm(found: re.Match[str]) -> str:
    block, _, place = _place(found[1], found[2]).rpartition(".")
    return f"{block}.{int(place) + 1}"


_BLOCK = r"((?:mid\.)?block\d+)"

XCEPTION = Architecture(
    family="Xception",
    models=("xception",),
    rules=(
        same(r"(conv|bn)[12]"),
        (rf"{_BLOCK}\.skip\.conv1", lambda found: f"{_block(found[1])}.skip"),
        (rf"{_BLOCK}\.skip\.bn1", lambda found: f"{_block(found[1])}.skipbn"),
        (
            rf"{_BLOCK}\.rep\.conv(\d)\.(conv_dw|bn|conv_pw)",
            lambda found: f"{_place(found[1], found[2])}.{_PARTS[found[3]]}",
        ),
        (rf"{_BLOCK}\.rep\.bn(\d)", _norm),
        (r"(conv[345])\.(conv_dw|bn|conv_pw)", lambda found: f"{found[1]}.{_PARTS[found[2]]}"),
        same(r"bn[345]"),
        same(r"fc"),
    ),
    head="fc",
)
