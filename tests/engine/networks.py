"""Small networks of every make that a freeze must be true on."""

from __future__ import annotations

import warnings
from typing import Any

import mxnet as mx
import numpy as np
from gluoncv.model_zoo import get_model
from mxnet.gluon import HybridBlock, SymbolBlock, nn


class OwnNet(HybridBlock):
    """A user's own class, with `features` and `output`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        with self.name_scope():
            self.features = nn.HybridSequential()
            self.features.add(
                nn.Conv2D(4, 3, in_channels=3, use_bias=False),
                nn.BatchNorm(in_channels=4),
                nn.Activation("relu"),
                nn.Conv2D(4, 3, in_channels=4, use_bias=False),
                nn.BatchNorm(in_channels=4, scale=False),
                nn.Activation("relu"),  # else the mean over the picture is beta, whatever comes
                nn.GlobalAvgPool2D(),
                nn.Flatten(),
            )
            self.output = nn.Dense(3, in_units=4)

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        return self.output(self.features(x))


def own() -> HybridBlock:
    net = OwnNet()
    net.initialize()
    return awake(net)


def sequential() -> HybridBlock:
    """A plain sequence; its last block with parameters is its last layer."""
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(
            nn.Conv2D(4, 3, in_channels=3, use_bias=False),
            nn.BatchNorm(in_channels=4),
            nn.Activation("relu"),
            nn.GlobalAvgPool2D(),
            nn.Dense(3, in_units=4),
            nn.Dropout(0.2),
        )
    net.initialize()
    return awake(net)


def symbol() -> HybridBlock:
    """A SymbolBlock trunk, flat, below a new output layer."""
    data = mx.sym.var("data")
    trunk = SymbolBlock(own().features(data), data)
    net = nn.HybridSequential()
    with net.name_scope():
        net.add(trunk, nn.Dense(3, in_units=4))
    net.initialize()
    net(mx.nd.zeros((1, 3, 16, 16)))
    return awake(net)


def ssd() -> HybridBlock:
    """The smallest SSD of the zoo: a SymbolBlock trunk with expansion layers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = get_model("ssd_300_mobilenet0.25_custom", classes=["a", "b"], pretrained_base=False)
    net.initialize()
    net(mx.nd.zeros((1, 3, 128, 128)))
    return awake(net)


def awake(net: HybridBlock) -> HybridBlock:
    """Weights at which signals and gradients get through, the same each time. MXNet's own are
    so small that, with fixed statistics, nothing reaches the head."""
    random = np.random.RandomState(3)
    for parameter in net.collect_params(".*weight").values():
        spread = (2 / np.prod(parameter.shape[1:])) ** 0.5
        parameter.set_data(mx.nd.array(random.normal(0, spread, parameter.shape)))
    # A SymbolBlock starts its norms at random, with a variance below nothing here and there.
    for last, value in (("gamma", 1), ("var", 1), ("beta", 0), ("mean", 0)):
        for parameter in net.collect_params(f".*{last}$").values():
            parameter.set_data(mx.nd.full(parameter.shape, value))
    return net
