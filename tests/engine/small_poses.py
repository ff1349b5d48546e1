"""A pose network of GluonCV's class, small enough to train in a test."""

from __future__ import annotations

import mxnet as mx
from gluoncv.model_zoo.simple_pose.simple_pose_resnet import SimplePoseResNet

from tui.engine.datasets.shape_outlines import JOINTS

SIDE = 64


def of_the_arrow(joints: int = len(JOINTS)) -> SimplePoseResNet:
    """For the keypoints of the built-in shapes."""
    net = SimplePoseResNet("resnet18_v1b", num_joints=joints, num_deconv_filters=(32, 32, 32))
    net.initialize(mx.init.MSRAPrelu())
    net(mx.nd.zeros((1, 3, SIDE, SIDE)))
    return net


def of_a_person() -> SimplePoseResNet:
    """For COCO's 17 joints."""
    return of_the_arrow(17)
