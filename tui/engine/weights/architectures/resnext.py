"""ResNeXt, SE-ResNeXt and SENet-154, as timm has them (and torchvision the first)."""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import (
    Architecture,
    Rule,
    conv_and_norm,
)


def _stages(before: int) -> tuple[Rule, ...]:
    """The stages, of which the first stands after so many others in `features`."""

    def at(found: re.Match[str]) -> str:
        return f"features.{before + int(found[1])}.{found[2]}"

    def layer(found: re.Match[str]) -> str:
        return f"{at(found)}.body.{3 * (int(found[4]) - 1) + conv_and_norm(found[3])}"

    return (
        (r"layer(\d)\.(\d+)\.(conv|bn)(\d)", layer),
        (r"layer(\d)\.(\d+)\.se\.fc1", lambda found: f"{at(found)}.se.0"),
        (r"layer(\d)\.(\d+)\.se\.fc2", lambda found: f"{at(found)}.se.2"),
        (r"layer(\d)\.(\d+)\.downsample\.(\d)", lambda f: f"{at(f)}.downsample.{f[3]}"),
        (r"fc", "output"),
    )


_SIZES = ("50_32x4d", "101_32x4d", "101_64x4d")

RESNEXT = Architecture(
    family="ResNeXt",
    models=(*(f"resnext{size}" for size in _SIZES), *(f"se_resnext{size}" for size in _SIZES)),
    rules=((r"conv1", "features.0"), (r"bn1", "features.1"), *_stages(3)),
    head="output",
)

SENET = Architecture(
    family="SENet",
    models=("senet_154",),
    rules=((r"conv1\.([01346])", r"features.\1"), (r"bn1", "features.7"), *_stages(9)),
    head="output",
)
