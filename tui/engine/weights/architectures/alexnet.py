"""AlexNet, as torchvision has it."""

from __future__ import annotations

from tui.engine.weights.architectures.architecture import Architecture

# Gluon's activations are in the layers, and its dense layers in `features`.
_PLACES = {"0": 0, "3": 2, "6": 4, "8": 5, "10": 6}

ALEXNET = Architecture(
    family="AlexNet",
    models=("alexnet",),
    rules=(
        (r"features\.(0|3|6|8|10)", lambda found: f"features.{_PLACES[found[1]]}"),
        (r"classifier\.1", "features.9"),
        (r"classifier\.4", "features.11"),
        (r"classifier\.6", "output"),
    ),
    head="output",
)
