"""The freeze is true on every family of the zoo: the head alone trains, for three real steps."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.batchify import Pad, Stack, Tuple
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform
from gluoncv.data.transforms.presets.yolo import YOLO3DefaultTrainTransform
from gluoncv.loss import SSDMultiBoxLoss
from gluoncv.model_zoo.deeplabv3 import DeepLabV3
from gluoncv.model_zoo.fcn import FCN
from gluoncv.model_zoo.pspnet import PSPNet
from mxnet import autograd, gluon

from tests.engine.networks import awake
from tui.engine.freezing import apply_plan
from tui.engine.recipes import recipe_for
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.engine.symbols import pin_fixed_gammas
from tui.engine.verification import Witness
from tui.model.families import find_roles
from tui.model.ladder import Ladder
from tui.model.plan import FreezePlan
from tui.model.presets import PRESETS
from tui.model.source import ModelSource
from tui.model.states import State

pytestmark = pytest.mark.slow

BOXES = np.array([[[8, 8, 60, 50, 0], [30, 20, 90, 100, 1]]], dtype="float32")
"""Corners and class of the objects in each picture."""


@dataclass
class Sample:
    """Random input of one network, and its training losses."""

    net: gluon.Block
    side: int

    def __post_init__(self) -> None:
        self.random = np.random.RandomState(0)
        # Two, since a norm over one value knows nothing.
        self.pictures = mx.nd.array(self.random.uniform(-1, 1, (2, 3, self.side, self.side)))
        boxes = BOXES.repeat(2, axis=0)
        boxes[:, :, :4] *= self.side / 128
        self.boxes = mx.nd.array(boxes)
        self._weights: dict[tuple[int, ...], mx.nd.NDArray] = {}

    def surrogate(self, *outs: Any) -> mx.nd.NDArray:
        """A sum in which every value of every output has a weight of its own."""
        return mx.nd.add_n(*(self._weighted(out) for out in _flat(outs)))

    def _weighted(self, out: mx.nd.NDArray) -> mx.nd.NDArray:
        if out.shape not in self._weights:
            self._weights[out.shape] = mx.nd.arange(out.size).sin().reshape(out.shape)
        return (out * self._weights[out.shape]).mean()


def _flat(outs: Any) -> Iterator[mx.nd.NDArray]:
    for out in outs if isinstance(outs, (list, tuple)) else [outs]:
        if isinstance(out, mx.nd.NDArray):
            yield out
        elif out is not None:
            yield from _flat(out)


def plain(sample: Sample) -> mx.nd.NDArray:
    """Any network that takes pictures and nothing else."""
    return sample.surrogate(sample.net(sample.pictures))


def ssd(sample: Sample) -> mx.nd.NDArray:
    """GluonCV's own loss, on its own targets."""
    with autograd.pause(train_mode=True):
        _, _, anchors = sample.net(sample.pictures)
    transform = SSDDefaultTrainTransform(sample.side, sample.side, anchors)
    box, kind = sample.boxes[:, :, :4], sample.boxes[:, :, 4:]
    with autograd.pause():
        classes, boxes, _ = transform._target_generator(anchors, None, box, kind)
    found, offsets, _ = sample.net(sample.pictures)
    # A scale that is missing from the matched anchors has no part in the true loss.
    return SSDMultiBoxLoss()(found, offsets, classes, boxes)[0][0].sum() + sample.surrogate(
        found, offsets
    )


def yolo(sample: Sample) -> mx.nd.NDArray:
    """GluonCV's own loss, inside the network, on its own targets."""
    picture = mx.nd.array(sample.random.randint(0, 255, (sample.side, sample.side, 3)))
    with autograd.pause():
        transform = YOLO3DefaultTrainTransform(sample.side, sample.side, sample.net)
        made = transform(picture.astype("uint8"), sample.boxes[0].asnumpy())
        batchify = Tuple(*([Stack()] * 6), *([Pad(pad_val=-1)]))
        pictures, *targets = batchify([made, made])
    return mx.nd.add_n(*(loss.sum() for loss in sample.net(pictures, targets[5], *targets[:5])))


def rcnn(sample: Sample) -> mx.nd.NDArray:
    """The outputs of the heads and of the region proposal network, of one picture, as GluonCV's
    script has it for a device."""
    boxes = sample.boxes[:1]
    outs = sample.net(sample.pictures[:1], boxes[:, :, :4], boxes[:, :, 4:])
    return sample.surrogate(outs[0], outs[1], outs[5], outs[6])


def mask_rcnn(sample: Sample) -> mx.nd.NDArray:
    """The same, and the masks."""
    boxes = sample.boxes[:1]
    outs = sample.net(sample.pictures[:1], boxes[:, :, :4], boxes[:, :, 4:])
    return sample.surrogate(outs[0], outs[1], outs[2], outs[6], outs[7])


def action(sample: Sample) -> mx.nd.NDArray:
    """A clip of four frames for a network over time."""
    clip = mx.nd.array(sample.random.uniform(-1, 1, (1, 3, 8, sample.side, sample.side)))
    return sample.surrogate(sample.net(clip))


@dataclass(frozen=True)
class Case:
    """A network, and the recipe that is found for it ("": none)."""

    name: str
    losses: Any = plain
    side: int = 128
    classes: tuple[str, ...] = ()
    recipe: str = "classification"
    make: Callable[[], gluon.Block] | None = None


def segmenter(kind: type[gluon.Block]) -> Callable[[], gluon.Block]:
    """A small one of a class of GluonCV's."""

    def make() -> gluon.Block:
        net = kind(nclass=3, backbone="resnet50", pretrained_base=False, base_size=96, crop_size=96)
        net.initialize()
        net(mx.nd.zeros((1, 3, 96, 96)))
        return net

    return make


TWO = ("fig", "date")

CASES = [
    Case("ssd_512_mobilenet1.0_custom", ssd, classes=TWO, recipe="ssd"),
    Case("ssd_512_resnet50_v1_custom", ssd, classes=TWO, recipe="ssd"),
    Case("ssd_300_vgg16_atrous_custom", ssd, 300, classes=TWO, recipe="ssd"),
    Case("yolo3_mobilenet1.0_custom", yolo, classes=TWO, recipe="yolo3"),
    Case("center_net_resnet18_v1b_coco", recipe="center_net"),
    Case("faster_rcnn_resnet50_v1b_custom", rcnn, 256, classes=TWO, recipe="faster_rcnn"),
    Case("faster_rcnn_fpn_resnet50_v1b_coco", rcnn, 160, recipe="faster_rcnn"),
    Case("mask_rcnn_fpn_resnet18_v1b_coco", mask_rcnn, 160, recipe="mask_rcnn"),
    # The zoo makes them for pictures of 480 only.
    Case("FCN", side=96, recipe="segmentation", make=segmenter(FCN)),
    Case("PSPNet", side=96, recipe="segmentation", make=segmenter(PSPNet)),
    Case("DeepLabV3", side=96, recipe="segmentation", make=segmenter(DeepLabV3)),
    Case("simple_pose_resnet18_v1b", recipe="simple_pose"),
    Case("inceptionv1_kinetics400", side=224),
    *(
        Case(name, side=side)
        for name, side in (
            ("cifar_resnet20_v1", 32),
            ("resnet18_v1", 64),
            ("resnet50_v1b", 64),
            ("resnext50_32x4d", 64),
            ("mobilenet0.25", 64),
            ("mobilenetv2_0.25", 64),
            ("mobilenetv3_small", 64),
            ("densenet121", 224),
            ("squeezenet1.1", 224),
            ("inceptionv3", 299),
            ("googlenet", 224),
            ("alexnet", 224),
        )
    ),
]


def built(case: Case) -> gluon.Block:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = ModelSource(
            case.name, case.classes, pretrained=False, input_size=(case.side, case.side)
        )
        net = case.make() if case.make else build(source, lambda _: None).net
    awake(net)
    pin_fixed_gammas(net)
    return net


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_head_only(case: Case) -> None:
    # Of some first values a layer gets no gradient at all: these are always the same.
    mx.random.seed(11)
    np.random.seed(11)
    net = built(case)
    recipe = recipe_for(Built(net, mx.cpu(), input_size=(case.side, case.side)))
    assert (recipe.info.name if recipe else "") == case.recipe
    plan = FreezePlan()
    tree, _ = apply_plan(net, plan)
    plan = PRESETS["head"].on(plan, tree, find_roles(tree))
    tree, resolution = apply_plan(net, plan)
    assert State.FROZEN in resolution.states
    # Its steps are as long for a small gradient as for a large one.
    trainer = gluon.Trainer(
        net.collect_params(), "adam", {"learning_rate": 0.001, "epsilon": 1e-35, "wd": 0.01}
    )
    sample = Sample(net, case.side)
    witness = Witness(net)
    witness.begin(tree, resolution, 1)
    for _ in range(3):
        with autograd.record():
            loss = case.losses(sample)
        loss.backward()
        assert np.isfinite(loss.asscalar())
        trainer.step(1)
    witness.end(3)
    proof = witness.proof()
    assert proof.broken == ()
    assert proof.unchanged == ()
    assert proof.frozen_identical == resolution.states.count(State.FROZEN)
    assert proof.trainable_changed == resolution.states.count(State.TRAINABLE)
    # The norms of a head move, and no others.
    head = {i for path in find_roles(tree).head for i in tree.under(tree.index_of[path])}
    statistics = {i for i, parameter in enumerate(tree.parameters) if parameter.kind == "statistic"}
    assert proof.statistics_moved == len(statistics & head)
    assert proof.statistics_identical == len(statistics - head)
    ladder = Ladder(tree, find_roles(tree))
    assert len(ladder.rungs) > 2
