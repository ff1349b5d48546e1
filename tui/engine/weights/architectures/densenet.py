"""DenseNet, as torchvision and timm have it."""

from __future__ import annotations

import re

from tui.engine.weights.architectures.architecture import Architecture

_LAYERS = {"norm1": 0, "conv1": 2, "norm2": 3, "conv2": 5}


def _layer(found: re.Match[str]) -> str:
    stage, layer = 2 * int(found[1]) + 2, int(found[2]) - 1
    # Files of older days write norm.1 for norm1.
    return f"features.{stage}.{layer}.1.{_LAYERS[found[3].replace('.', '')]}"


DENSENET = Architecture(
    family="DenseNet",
    models=tuple(f"densenet{depth}" for depth in (121, 161, 169, 201)),
    rules=(
        (r"features\.conv0", "features.0"),
        (r"features\.norm0", "features.1"),
        (r"features\.denseblock(\d)\.denselayer(\d+)\.((?:norm|conv)\.?[12])", _layer),
        (r"features\.transition(\d)\.norm", lambda f: f"features.{2 * int(f[1]) + 3}.0"),
        (r"features\.transition(\d)\.conv", lambda f: f"features.{2 * int(f[1]) + 3}.2"),
        (r"features\.norm5", "features.11"),
        (r"classifier", "output"),
    ),
    head="output",
)
