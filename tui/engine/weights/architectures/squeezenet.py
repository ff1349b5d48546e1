"""SqueezeNet 1.0 and 1.1, as torchvision has them."""

from __future__ import annotations

from tui.engine.weights.architectures.architecture import Architecture

SQUEEZENET = Architecture(
    family="SqueezeNet",
    models=("squeezenet1.0", "squeezenet1.1"),
    rules=(
        (r"features\.0", "features.0"),
        (r"features\.(\d+)\.squeeze", r"features.\1.0.0"),
        (r"features\.(\d+)\.expand1x1", r"features.\1.1.0.0"),
        (r"features\.(\d+)\.expand3x3", r"features.\1.1.1.0"),
        (r"classifier\.1", "output.0"),
    ),
    head="output",
)
