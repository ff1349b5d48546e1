"""GluonCV's mask heads, safe on a CPU.

A head doubles its feature maps by a transposed convolution. On a CPU, MXNet 1.9.1's (oneDNN) ends
the process where its weight's gradient is not written straight into the parameter's: as when two
pictures, each with a graph of its own, go back at once. Since its kernel is as wide as its stride,
no two of its products meet, and a matrix product does the same.
"""

from __future__ import annotations

from typing import Any

from gluoncv.model_zoo.rcnn.mask_rcnn.mask_rcnn import MaskRCNN
from mxnet.gluon import Block, nn

SIDE = 2
"""Of the kernel, and the stride."""


def multiply_instead(net: MaskRCNN) -> None:
    """Make a network's mask head do without transposed convolutions from its next trace on."""
    net.mask.apply(_replace)


def _replace(block: Block) -> None:
    if isinstance(block, nn.Conv2DTranspose):
        given = block._kwargs
        assert given["kernel"] == given["stride"] == (SIDE, SIDE)
        assert given["pad"] == given["adj"] == (0, 0)
        assert block.act is None
        block.hybrid_forward = _doubled


def _doubled(F: Any, x: Any, weight: Any, bias: Any) -> Any:  # noqa: N803
    """N×C×H×W by C×O×2×2 into N×O×2H×2W."""
    products = F.dot(F.transpose(x, (0, 2, 3, 1)), F.reshape(weight, (0, -1)))
    apart = F.reshape(products, (0, 0, 0, -4, -1, SIDE * SIDE))
    apart = F.reshape(apart, (0, 0, 0, 0, -4, SIDE, SIDE))
    whole = F.reshape(F.transpose(apart, (0, 3, 1, 4, 2, 5)), (0, 0, -3, -3))
    return F.broadcast_add(whole, F.reshape(bias, (1, -1, 1, 1)))
