"""ResNet v1b and its variants c, d and s, as torchvision and timm have them.

v1b has its stride in the 3×3 convolution, as theirs; the plain v1 (stride in the first 1×1) is
another network, and there is no source for it. timm's `resnet50s` is GluonCV's `resnet50_v1s`.
"""

from __future__ import annotations

from tui.engine.weights.architectures.architecture import Architecture, same

RESNET = Architecture(
    family="ResNet",
    models=(
        *(f"resnet{depth}_v1b" for depth in (18, 34, 50, 101, 152)),
        *(f"resnet{depth}_v1{kind}" for kind in "cds" for depth in (50, 101, 152)),
    ),
    rules=(
        same(r"(conv1|bn1)"),
        same(r"conv1\.[01346]"),  # the three convolutions of c, d and s
        same(r"layer\d\.\d+\.(conv|bn)\d"),
        same(r"layer\d\.\d+\.downsample\.\d"),
        same(r"fc"),
    ),
    head="fc",
)
