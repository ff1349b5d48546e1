"""Inception v3 and GoogLeNet, as torchvision has them (and timm the first).

torchvision's own weights were trained on pictures from -1 to 1, and come with two heads more,
by which they are known: its network turns a normalised picture into such a one first. In Gluon
the first convolution does it.
"""

from __future__ import annotations

import re

import numpy as np

from tui.engine.weights.architectures.architecture import (
    Adapt,
    Architecture,
    Arrays,
    conv_and_norm,
)
from tui.engine.weights.architectures.pictures import takes_normalised

_STEM = {"1a_3x3": 0, "2a_3x3": 1, "2b_3x3": 2, "3b_1x1": 4, "4a_3x3": 5}
_MIXED = {"5b": 7, "5c": 8, "5d": 9, "6a": 10, "6b": 11, "6c": 12, "6d": 13, "6e": 14}
_MIXED |= {"7a": 15, "7b": 16, "7c": 17}

_BRANCHES: dict[str, dict[str, str]] = {
    "5": {"1x1": "0", "5x5": "1", "3x3dbl": "2", "_pool": "3.1"},
    "6a": {"3x3": "0", "3x3dbl": "1"},
    "6": {"1x1": "0", "7x7": "1", "7x7dbl": "2", "_pool": "3.1"},
    "7a": {"3x3": "0", "7x7x3": "1"},
}
"""The branches of a mixed block, by its name or the first digit of it: each a Sequential."""

_SPLIT = {
    "branch1x1": "0.0",
    "branch3x3_1": "1.0.0",
    "branch3x3_2a": "1.1.0.0",
    "branch3x3_2b": "1.1.1.0",
    "branch3x3dbl_1": "2.0.0",
    "branch3x3dbl_2": "2.0.1",
    "branch3x3dbl_3a": "2.1.0.0",
    "branch3x3dbl_3b": "2.1.1.0",
    "branch_pool": "3.1",
}
"""The last two blocks, whose branches part again."""


def _mixed(found: re.Match[str]) -> str:
    block, branch, layer = found[1], found[2], conv_and_norm(found[3])
    at = f"features.{_MIXED[block]}"
    if block in ("7b", "7c"):
        return f"{at}.{_SPLIT.get(branch, branch)}.{layer}"
    kind, _, nth = branch.removeprefix("branch").partition("_")
    if branch == "branch_pool":
        kind, nth = "_pool", ""
    place = _BRANCHES.get(block, _BRANCHES.get(block[0], {})).get(kind, branch)
    if kind == "_pool":
        return f"{at}.{place}.{layer}"
    return f"{at}.{place}.{int(nth) - 1 if nth.isdigit() else 0}.{layer}"


def _from_minus_one_to_one(first: str) -> Adapt:
    def adapt(arrays: Arrays, source: frozenset[str]) -> tuple[str, ...]:
        if not any(re.match(r"(AuxLogits|aux[12])\.", name) for name in source):
            return ()
        half = np.full(3, 0.5)
        takes_normalised(arrays, f"{first}.0", f"{first}.1", half, half)
        return (
            "its pictures are from -1 to 1: the first layer now takes normalised ones, as the "
            "zoo's networks do",
        )

    return adapt


INCEPTION_V3 = Architecture(
    family="Inception",
    models=("inceptionv3",),
    rules=(
        (
            r"Conv2d_(\d[ab]_\dx\d)\.(conv|bn)",
            lambda f: f"features.{_STEM[f[1]]}.{conv_and_norm(f[2])}",
        ),
        (r"Mixed_(5[bcd]|6[a-e]|7[abc])\.(branch\w+)\.(conv|bn)", _mixed),
        (r"fc", "output"),
    ),
    head="output",
    unused=r"AuxLogits\..*",
    adapt=_from_minus_one_to_one("features.0"),
)

GOOGLENET = Architecture(
    family="GoogLeNet",
    models=("googlenet",),
    rules=(
        (r"conv(\d)\.(conv|bn)", lambda f: f"conv{f[1]}.{conv_and_norm(f[2])}"),
        (
            r"(inception\d\w)\.branch1\.(conv|bn)",
            lambda f: f"{f[1]}.0.0.{conv_and_norm(f[2])}",
        ),
        (
            r"(inception\d\w)\.branch([23])\.(\d)\.(conv|bn)",
            lambda f: f"{f[1]}.{int(f[2]) - 1}.{f[3]}.{conv_and_norm(f[4])}",
        ),
        (
            r"(inception\d\w)\.branch4\.1\.(conv|bn)",
            lambda f: f"{f[1]}.3.1.{conv_and_norm(f[2])}",
        ),
        (r"fc", "output"),
    ),
    head="output",
    unused=r"aux[12]\..*",
    adapt=_from_minus_one_to_one("conv1"),
)
