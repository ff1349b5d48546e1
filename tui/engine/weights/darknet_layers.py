"""Darknet's numbers, given to a network's layers in the order in which darknet writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from mxnet.gluon import Parameter

from tui.engine.weights.architectures.pictures import takes_normalised

_NORM = ("beta", "gamma", "running_mean", "running_var")


@dataclass(frozen=True)
class Layer:
    """A convolution, by its structure name; `norm` is that of the norm behind it, empty where it
    has a bias instead."""

    conv: str
    norm: str

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters, in darknet's order."""
        if self.norm:
            return (*(f"{self.norm}.{leaf}" for leaf in _NORM), f"{self.conv}.weight")
        return (f"{self.conv}.bias", f"{self.conv}.weight")


def layers_of(parameters: Mapping[str, Parameter]) -> tuple[Layer, ...]:
    """The layers of darknet53 or of YOLOv3 on it, in the order of darknet's files."""
    convs = [name.removesuffix(".weight") for name in parameters if name.endswith(".weight")]
    layers = []
    for conv in sorted(convs, key=_order):
        beside = f"{conv.rpartition('.')[0]}.1"
        layers.append(Layer(conv, beside if f"{beside}.gamma" in parameters else ""))
    return tuple(layers)


def _order(conv: str) -> tuple[int, int]:
    # Each scale: its block with the tip, its output, and the way to the next scale. The order
    # inside a block is the network's own, which sorting keeps.
    block, _, rest = conv.partition(".")
    parts = {"yolo_blocks": 0, "yolo_outputs": 1, "transitions": 2}
    if block not in parts:
        return (-1, 0)
    return int(rest.partition(".")[0]), parts[block]


def count_values(layers: Sequence[Layer], parameters: Mapping[str, Parameter]) -> int:
    """How many numbers these layers take."""
    return sum(prod(parameters[name].shape) for layer in layers for name in layer.names)


def give_values(
    values: np.ndarray, layers: Sequence[Layer], parameters: Mapping[str, Parameter]
) -> dict[str, np.ndarray]:
    """The numbers by structure name. Darknet's pictures are from 0 to 1: the first layer is
    changed to take normalised ones."""
    arrays: dict[str, np.ndarray] = {}
    reached = 0
    for layer in layers:
        for name in layer.names:
            shape = parameters[name].shape
            arrays[name] = values[reached : reached + prod(shape)].reshape(shape)
            reached += prod(shape)
    first = layers[0]
    takes_normalised(arrays, first.conv, first.norm, np.zeros(3), np.ones(3))
    return arrays
