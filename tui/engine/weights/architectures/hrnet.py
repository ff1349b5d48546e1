"""HRNet for classification, as timm has it."""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import Architecture, conv_and_norm, same


def _body(found: re.Match[str]) -> str:
    block = found[1].replace("incre_modules", "incre_blocks")
    return f"{block}.body.{3 * (int(found[3]) - 1) + conv_and_norm(found[2])}"


def _down(found: re.Match[str]) -> str:
    # Convolution, norm and activation, one after another: theirs are in pairs or threes.
    return f"{found[1]}.{3 * int(found[2]) + int(found[3])}"


HRNET = Architecture(
    family="HRNet",
    models=(
        "hrnet_w18_small_v1_c",
        "hrnet_w18_small_v2_c",
        *(f"hrnet_w{width}_c" for width in (18, 30, 32, 40, 44, 48, 64)),
    ),
    rules=(
        same(r"(conv|bn)[12]"),
        (r"((?:layer1|stage\d|incre_modules)\..*)\.(conv|bn)(\d)", _body),
        (r"(stage\d\.\d+\.fuse_layers\.\d\.\d)\.(\d)\.(\d)", _down),
        same(r"(layer1|stage\d|transition\d)\..*"),
        (r"incre_modules\.(.*)", r"incre_blocks.\1"),
        (r"downsamp_modules\.(.*)", r"downsamp_blocks.\1"),
        same(r"final_layer\.\d"),
        same(r"classifier"),
    ),
    head="classifier",
)
