"""Factories of a user's own, for the tests that open them by file and by name."""

from __future__ import annotations

import sys

from mxnet.gluon import HybridBlock, nn

from tests.engine.networks import OwnNet

NUMBER = 4
READY = nn.Dense(2, in_units=3)


class ConvNet(OwnNet):
    """Takes an argument that it needs."""

    def __init__(self, depth: int, title: str = "") -> None:
        assert isinstance(depth, int)
        super().__init__()
        self.title = title
        self.depth = depth


def make() -> HybridBlock:
    return OwnNet()


def raises() -> HybridBlock:
    raise RuntimeError("the disk is\nfull of fish")


def raises_below() -> HybridBlock:
    return raises()


def leaves() -> HybridBlock:
    sys.exit("no more")


def by_position(depth: int, /) -> HybridBlock:
    return make()


def nothing() -> None:
    return None


def returns_a_number() -> int:
    return 3


def empty() -> HybridBlock:
    return nn.Activation("relu")
