"""Detectors of GluonCV's classes, small enough to train in a test."""

from __future__ import annotations

from typing import Any

import mxnet as mx
from gluoncv.model_zoo.rcnn.faster_rcnn.faster_rcnn import FasterRCNN
from gluoncv.model_zoo.rcnn.mask_rcnn.mask_rcnn import MaskRCNN
from gluoncv.model_zoo.resnetv1b import BasicBlockV1b, ResNetV1b
from gluoncv.nn.feature import FPNFeatureExpander
from mxnet.gluon import nn

from tests.engine.networks import awake
from tui.engine.datasets.shapes import CLASSES

PROPOSALS: dict[str, Any] = {
    "base_size": 8,
    "alloc_size": (48, 48),
    "rpn_channel": 16,
    "rpn_train_pre_nms": 200,
    "rpn_train_post_nms": 50,
    "rpn_test_pre_nms": 100,
    "rpn_test_post_nms": 20,
    "rpn_min_size": 1,
    "num_sample": 16,
    "max_num_gt": 8,
}


def _trunk() -> ResNetV1b:
    return ResNetV1b(BasicBlockV1b, [1, 1, 1, 1], use_global_stats=True)


def c4(classes: tuple[str, ...] = CLASSES) -> FasterRCNN:
    """A Faster R-CNN on one feature map; the trunk's last stage is its head."""
    trunk = _trunk()
    features, top = nn.HybridSequential(), nn.HybridSequential()
    for stage in ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3"):
        features.add(getattr(trunk, stage))
    top.add(trunk.layer4)
    net = FasterRCNN(
        features,
        top,
        classes,
        short=96,
        max_size=160,
        roi_size=(6, 6),
        scales=(2, 4, 8),
        **PROPOSALS,
    )
    return _ready(net)


def cats_and_dogs() -> FasterRCNN:
    """The same, for a data set of two classes."""
    return c4(("cat", "dog"))


def fpn(classes: tuple[str, ...] = CLASSES) -> FasterRCNN:
    """A Faster R-CNN on a pyramid of five feature maps."""
    return _on_pyramid(FasterRCNN, classes)


def mask(classes: tuple[str, ...] = CLASSES) -> MaskRCNN:
    """A Mask R-CNN on the same pyramid."""
    return _on_pyramid(
        MaskRCNN, classes, mask_channels=16, rcnn_max_dets=20, target_roi_scale=2, num_fcn_convs=1
    )


def _on_pyramid(kind: type[FasterRCNN], classes: tuple[str, ...], **more: Any) -> FasterRCNN:
    # A SymbolBlock keeps the names that it was made with: the same ones each time.
    with mx.name.NameManager():
        trunk = _trunk()
        trunk.initialize()
        outputs = [f"layers{stage}_relu1_fwd" for stage in range(1, 5)]
        features = FPNFeatureExpander(
            network=trunk,
            outputs=outputs,
            num_filters=[16] * 4,
            use_1x1=True,
            use_upsample=True,
            use_elewadd=True,
            use_p6=True,
            no_bias=False,
            pretrained=False,
        )
    box_features = nn.HybridSequential()
    box_features.add(nn.Dense(32), nn.Activation("relu"))
    net = kind(
        features,
        None,
        classes,
        box_features=box_features,
        short=96,
        max_size=160,
        min_stage=2,
        max_stage=6,
        roi_size=(5, 5),
        strides=(4, 8, 16, 32, 64),
        scales=(2, 4, 8, 16, 32),
        clip=4.14,
        **PROPOSALS,
        **more,
    )
    return _ready(net)


def _ready(net: FasterRCNN) -> FasterRCNN:
    net.initialize()
    net(mx.nd.zeros((1, 3, 96, 96)))
    awake(net)
    # As wide as GluonCV has them: larger ones make boxes of any size.
    for block in (net.class_predictor, net.box_predictor, net.rpn):
        for name, parameter in block.collect_params().items():
            if name.endswith("weight"):
                parameter.set_data(parameter.data() * 0.1)
    return net
