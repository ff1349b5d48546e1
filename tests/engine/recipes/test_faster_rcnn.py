"""Faster R-CNN's recipe, on one feature map and on a pyramid: its numbers beside a plain loop's."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.batchify import FasterRCNNTrainBatchify
from gluoncv.data.transforms.presets.rcnn import FasterRCNNDefaultTrainTransform
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader

from tests.engine import small_detectors
from tests.engine.recipes.test_same_numbers import (
    ALL,
    HEAD_ONLY,
    SEED,
    SHAPES,
    assert_equal,
    epoch_of,
    freeze_by_hand,
    ours,
)
from tui.engine.datasets import load_data
from tui.engine.recipes import faster_rcnn, recipe_for
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.engine.weights.load import load_weights
from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

STEPS = 10
BATCH = 2


def source_of(kind: str, classes: tuple[str, ...] = SHAPES) -> ModelSource:
    return ModelSource(
        f"{small_detectors.__name__}:{kind}",
        classes,
        pretrained=False,
        input_size=(96, 96),
        seed=SEED,
    )


def each_region_from_its_map(net: gluon.HybridBlock) -> None:
    """On a CPU, MXNet 1.9.1's ROIAlign leaves the rows of regions that are masked unwritten; so
    none is masked here."""

    def pooled(F: Any, features: Any, regions: Any, size: Any, strides: Any, **_: Any) -> Any:  # noqa: N803
        _, left, top, right, bottom = F.split(regions, axis=-1, num_outputs=5)
        area = (right - left + 1) * (bottom - top + 1)
        level = F.squeeze(F.clip(F.floor(4 + F.log2(F.sqrt(area) / 224 + 1e-6)), 2, 5))
        out = None
        for number, (feature, stride) in enumerate(zip(features[:4], strides[:4], strict=True)):
            of_map = F.contrib.ROIAlign(feature, regions, size, 1 / stride, sample_ratio=2)
            mine = F.where(level == number + 2, of_map, F.zeros_like(of_map))
            out = mine if out is None else out + mine
        return out

    net._pyramid_roi_feats = pooled


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "plan"), [("c4", ALL), ("fpn", ALL), ("fpn", HEAD_ONLY)])
def test_same_numbers(tmp_path: Path, kind: str, plan: FreezePlan) -> None:
    start = tmp_path / "start.params"
    net = build(source_of(kind), lambda _: None).net
    net.save_parameters(str(start))
    found, _ = ours(
        source_of(kind), plan, start, steps=STEPS, batch_size=BATCH, learning_rate=0.001
    )

    if plan is HEAD_ONLY:
        freeze_by_hand(net, [net.class_predictor, net.box_predictor, net.rpn, net.box_features])
    each_region_from_its_map(net)
    multi = kind == "fpn"
    # As on two devices, of which each is given one picture.
    loader = DataLoader(
        load_data("shapes", "detection", SHAPES).train.transform(
            FasterRCNNDefaultTrainTransform(96, 160, net, ashape=net.ashape, multi_stage=multi)
        ),
        BATCH,
        shuffle=True,
        batchify_fn=FasterRCNNTrainBatchify(net, BATCH),
    )
    net.hybridize(static_alloc=True)
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.001, "wd": 0.0005, "momentum": 0.9}
    )
    rpn_class_loss = gluon.loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)
    rpn_box_loss = gluon.loss.HuberLoss(rho=1 / 9.0)
    rcnn_class_loss = gluon.loss.SoftmaxCrossEntropyLoss()
    rcnn_box_loss = gluon.loss.HuberLoss(rho=1.0)
    theirs: list[float] = []
    for batch in islice(epoch_of(loader, 1), STEPS):
        totals = []
        with autograd.record():
            for shard in zip(*batch, strict=True):
                data, label, rpn_classes, rpn_boxes, rpn_masks = (
                    array.as_in_context(mx.cpu()) for array in shard
                )
                out = net(data, label[:, :, :4], label[:, :, 4:5])
                class_pred, box_pred, rpn_score, rpn_box = out[0], out[1], out[5], out[6]
                classes, boxes, masks = out[8:11]
                rpn_score = rpn_score.squeeze(axis=-1)
                positive = (rpn_classes >= 0).sum()
                rpn_loss = (
                    rpn_class_loss(rpn_score, rpn_classes, rpn_classes >= 0)
                    * rpn_classes.size
                    / positive
                    + rpn_box_loss(rpn_box, rpn_boxes, rpn_masks) * rpn_box.size / positive
                )
                sampled = (classes >= 0).sum()
                rcnn_loss = (
                    rcnn_class_loss(class_pred, classes, classes.expand_dims(-1) >= 0)
                    * classes.size
                    / sampled
                    + rcnn_box_loss(box_pred, boxes, masks) * box_pred.size / sampled
                )
                totals.append(rpn_loss.sum() + rcnn_loss.sum())
            autograd.backward(totals)
        trainer.step(BATCH)
        theirs.append(float(np.mean([total.asscalar() for total in totals])))
    assert_equal(found, theirs, STEPS)


@pytest.mark.slow
def test_what_lies_in_memory_is_no_part_of_it() -> None:
    """See `tui.engine.recipes.pyramid_on_cpu`."""
    built = build(source_of("fpn"), lambda _: None)
    data = load_data("shapes", "detection", SHAPES)
    task = faster_rcnn.RECIPE.prepare(built, data, Hyperparameters(batch_size=1))
    features = built.net.features(mx.nd.zeros((1, 3, 96, 96)))
    regions = mx.nd.array([[0, 0, 0, 40, 40], [0, 10, 10, 90, 90], [0, 4, 4, 50, 30]])
    assert recipe_for(built) is faster_rcnn.RECIPE
    pooled = []
    for junk in (1e20, -1e20):
        filled = [mx.nd.full((3, 16, 5, 5), junk) for _ in range(40)]
        mx.nd.waitall()
        del filled
        out = task.net._pyramid_roi_feats(mx.nd, features, regions, (5, 5), task.net._strides)
        pooled.append(out.asnumpy())
    assert np.abs(pooled[0]).max() < 1e6
    np.testing.assert_array_equal(*pooled)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "side"), [("c4", 16), ("fpn", 8)])
def test_pictures_that_are_too_small(kind: str, side: int) -> None:
    built = build(source_of(kind), lambda _: None)
    built.input_size = (side, side)
    data = load_data("shapes", "detection", SHAPES)
    with pytest.raises(Refusal, match=r"leaves this detector \d+ anchors, and it needs 50"):
        faster_rcnn.RECIPE.prepare(built, data, Hyperparameters())


@pytest.mark.slow
def test_weights_that_it_has_trained_are_opened_again(tmp_path: Path) -> None:
    built = build(source_of("c4"), lambda _: None)
    assert "_target_generator._box_encoder.means" in built.net._collect_params_with_prefix()
    built.net.save_parameters(str(tmp_path / "trained.params"))
    fresh = small_detectors.c4()
    load_weights(fresh, str(tmp_path / "trained.params"), mx.cpu())
    ours, theirs = built.net.class_predictor.weight, fresh.class_predictor.weight
    np.testing.assert_array_equal(ours.data().asnumpy(), theirs.data().asnumpy())
