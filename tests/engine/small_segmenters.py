"""Segmentation networks of GluonCV's classes on a trunk small enough to train in a test."""

from __future__ import annotations

import mxnet as mx
from gluoncv.model_zoo.deeplabv3 import DeepLabV3, _DeepLabHead
from gluoncv.model_zoo.fcn import FCN, _FCNHead
from gluoncv.model_zoo.pspnet import PSPNet, _PSPHead
from gluoncv.model_zoo.resnetv1b import BasicBlockV1b, ResNetV1b
from mxnet.gluon import HybridBlock, nn

from tui.engine.datasets.shapes import CLASSES as SHAPES

CLASSES = 3
SIDE = 64


def fcn(classes: int = CLASSES) -> FCN:
    """With an auxiliary output, as GluonCV's script has it when it is told `--aux`."""
    return _on_small_trunk(FCN, _FCNHead(512, classes), _FCNHead(256, classes), classes)


def of_the_shapes() -> FCN:
    """The same, for the built-in shapes on their background."""
    return fcn(len(SHAPES) + 1)


def without_chance(classes: int = len(SHAPES) + 1) -> FCN:
    """The same for the shapes, without dropout."""
    net = fcn(classes)
    for head in (net.head, net.auxlayer):
        head.block[3]._rate = 0
    return net


def psp() -> PSPNet:
    """Without one. Its head is the usual one, of 2048 channels."""
    return _on_small_trunk(
        PSPNet,
        _PSPHead(CLASSES, feature_map_height=8, feature_map_width=8),
        None,
        CLASSES,
        widen=True,
    )


def deeplab() -> DeepLabV3:
    """Without one. Its head is the usual one, of 2048 channels."""
    return _on_small_trunk(
        DeepLabV3, _DeepLabHead(CLASSES, height=8, width=8), None, CLASSES, widen=True
    )


def _on_small_trunk(
    kind: type[HybridBlock],
    head: HybridBlock,
    auxiliary: HybridBlock | None,
    classes: int,
    *,
    widen: bool = False,
) -> HybridBlock:
    # Their own initialisers make a ResNet-50, for pictures of 480.
    net = kind.__new__(kind)
    HybridBlock.__init__(net)
    trunk = ResNetV1b(BasicBlockV1b, [1, 1, 1, 1], dilated=True)
    net.aux, net.nclass = auxiliary is not None, classes
    for stage in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3"):
        setattr(net, stage, getattr(trunk, stage))
    net.layer4 = nn.HybridSequential()
    net.layer4.add(trunk.layer4)
    if widen:
        net.layer4.add(nn.Conv2D(2048, 1, in_channels=512, use_bias=False))
    net.head = head
    if auxiliary is not None:
        net.auxlayer = auxiliary
    net._up_kwargs = {"height": 480, "width": 480}
    net.initialize(mx.init.Xavier())
    net(mx.nd.zeros((1, 3, SIDE, SIDE)))
    return net
