"""Mask R-CNN's recipe: its numbers beside a plain loop's, and what it measures."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.batchify import MaskRCNNTrainBatchify
from gluoncv.data.transforms.presets.rcnn import MaskRCNNDefaultTrainTransform
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader, SimpleDataset

from tests.engine.recipes.test_faster_rcnn import each_region_from_its_map, source_of
from tests.engine.recipes.test_same_numbers import (
    ALL,
    HEAD_ONLY,
    SHAPES,
    assert_equal,
    epoch_of,
    freeze_by_hand,
    ours,
)
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.recipes import mask_rcnn, recipe_for
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.plan import FreezePlan
from tui.runs.spec import Hyperparameters

STEPS = 10
BATCH = 2


@pytest.mark.slow
@pytest.mark.parametrize("plan", [ALL, HEAD_ONLY])
def test_same_numbers(tmp_path: Path, plan: FreezePlan) -> None:
    start = tmp_path / "start.params"
    net = build(source_of("mask"), lambda _: None).net
    net.save_parameters(str(start))
    # Small steps: which regions are taken turns on a last digit, and the two ways of the mask's
    # transposed convolution add in another order.
    hyper: dict[str, Any] = {"batch_size": BATCH, "learning_rate": 0.0001, "weight_decay": 0.0001}
    found, _ = ours(source_of("mask"), plan, start, steps=STEPS, **hyper)

    if plan is HEAD_ONLY:
        freeze_by_hand(
            net, [net.class_predictor, net.box_predictor, net.rpn, net.box_features, net.mask]
        )
    each_region_from_its_map(net)
    # As on two devices, of which each is given one picture. Their gradients are added up one by
    # one: see `tui.engine.recipes.mask_head_on_cpu`.
    trained = [one for one in net.collect_params().values() if one.grad_req == "write"]
    for one in trained:
        one.grad_req = "add"
    loader = DataLoader(
        load_data("shapes", "instance segmentation", SHAPES).train.transform(
            MaskRCNNDefaultTrainTransform(96, 160, net, ashape=net.ashape, multi_stage=True)
        ),
        BATCH,
        shuffle=True,
        batchify_fn=MaskRCNNTrainBatchify(net, BATCH),
    )
    net.hybridize(static_alloc=True)
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.0001, "wd": 0.0001, "momentum": 0.9}
    )
    rpn_cls_loss = gluon.loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)
    rpn_box_loss = gluon.loss.HuberLoss(rho=1 / 9.0)
    rcnn_cls_loss = gluon.loss.SoftmaxCrossEntropyLoss()
    rcnn_box_loss = gluon.loss.HuberLoss(rho=1.0)
    rcnn_mask_loss = gluon.loss.SigmoidBinaryCrossEntropyLoss(from_sigmoid=False)
    theirs: list[float] = []
    for batch in islice(epoch_of(loader, 1), STEPS):
        totals = []
        for shard in zip(*batch, strict=True):
            data, label, gt_mask, rpn_classes, rpn_boxes, rpn_masks = (
                array.as_in_context(mx.cpu()) for array in shard
            )
            with autograd.record():
                gt_label, gt_box = label[:, :, 4:5], label[:, :, :4]
                out = net(data, gt_box, gt_label)
                cls_pred, box_pred, mask_pred, roi, _, matches, rpn_score, rpn_box = out[:8]
                cls_targets, box_targets, box_masks, indices = out[9:]
                rpn_score = rpn_score.squeeze(axis=-1)
                num_rpn_pos = (rpn_classes >= 0).sum()
                rpn_loss = (
                    rpn_cls_loss(rpn_score, rpn_classes, rpn_classes >= 0)
                    * rpn_classes.size
                    / num_rpn_pos
                    + rpn_box_loss(rpn_box, rpn_boxes, rpn_masks) * rpn_box.size / num_rpn_pos
                )
                num_rcnn_pos = (cls_targets >= 0).sum()
                rcnn_loss = (
                    rcnn_cls_loss(cls_pred, cls_targets, cls_targets.expand_dims(-1) >= 0)
                    * cls_targets.size
                    / num_rcnn_pos
                    + rcnn_box_loss(box_pred, box_targets, box_masks) * box_pred.size / num_rcnn_pos
                )
                roi = mx.nd.take(roi[0], indices[0]).reshape((1, -1, 4))
                m_cls_targets = mx.nd.take(cls_targets[0], indices[0]).reshape((1, -1))
                matches = mx.nd.take(matches[0], indices[0]).reshape((1, -1))
                mask_targets, mask_masks = net.mask_target(roi, gt_mask, matches, m_cls_targets)
                mask_loss = (
                    rcnn_mask_loss(mask_pred, mask_targets, mask_masks)
                    * mask_targets.size
                    / mask_masks.sum()
                )
                totals.append(rpn_loss.sum() + rcnn_loss.sum() + mask_loss.sum())
            totals[-1].backward()
        trainer.step(BATCH)
        for one in trained:
            one.zero_grad()
        theirs.append(float(np.mean([total.asscalar() for total in totals])))
    assert_equal(found, theirs, STEPS, later=1e-4)


@pytest.mark.slow
def test_what_it_measures() -> None:
    """Found are: a square, to the pixel, in a picture that was twice as large; one that is
    slanted, with a mask as large as its box; and another circle, which it is not sure enough of."""
    built = build(source_of("mask"), lambda _: None)
    assert recipe_for(built) is mask_rcnn.RECIPE
    square = np.array([[40, 40], [120, 40], [120, 120], [40, 120]], "float32")
    slanted = np.array([[128, 128], [184, 128], [184, 150], [128, 184]], "float32")
    label = np.array([[40, 40, 120, 120, 1], [128, 128, 184, 184, 2]], "float32")
    picture = mx.nd.zeros((192, 192, 3), dtype="uint8")
    kept = SimpleDataset([(picture, label, [[square], [slanted]])])
    task: Any = mask_rcnn.RECIPE.prepare(
        built, Data("one", SHAPES, kept, kept, "", (0, 1, 1, 0, 0, 0)), Hyperparameters()
    )
    boxes = np.array([[20, 20, 60, 60], [64, 64, 92, 92], [0, 0, 9, 9], [0, 0, 1, 1]], "float32")
    task.net = lambda pixels: (
        mx.nd.array([[[1], [2], [0], [-1]]]),
        mx.nd.array([[[0.9], [0.8], [0.0001], [-1]]]),
        mx.nd.array(boxes[np.newaxis]),
        mx.nd.ones((1, 4, 28, 28)),
    )
    measured = task.validate(lambda: False)
    assert measured.value == pytest.approx(1)
    assert measured.per_class["square"] == pytest.approx(1)
    assert measured.per_class["star"] is None
    assert measured.beside["COCO mAP"] == pytest.approx(1)
    # The slanted one has two thirds of its box: it is right at four of ten overlaps.
    assert measured.beside["COCO mask AP50"] == pytest.approx(1)
    assert measured.beside["COCO mask mAP"] == pytest.approx((1 + 0.4) / 2)
    assert task.validate(lambda: True) is None


@pytest.mark.slow
def test_what_is_found_where_nothing_is_counts_as_wrong() -> None:
    built = build(source_of("mask"), lambda _: None)
    square = np.array([[20, 20], [60, 20], [60, 60], [20, 60]], "float32")
    label = np.array([[20, 20, 60, 60, 1, 0]], "float32")
    picture = mx.nd.zeros((96, 96, 3), dtype="uint8")
    kept = SimpleDataset([(picture, label, [[square]]), (picture, label[:0], [])])
    task: Any = mask_rcnn.RECIPE.prepare(
        built, Data("two", SHAPES, kept, kept, "", (0, 1, 0, 0, 0, 0)), Hyperparameters()
    )
    sure = iter([0.5, 0.9])
    task.net = lambda pixels: (
        mx.nd.array([[[1]]]),
        mx.nd.array([[[next(sure)]]]),
        mx.nd.array(label[np.newaxis, :, :4]),
        mx.nd.ones((1, 1, 28, 28)),
    )
    measured = task.validate(lambda: False)
    assert measured.value == pytest.approx(1 / 2)
    assert measured.beside["COCO mask AP50"] == pytest.approx(1 / 2)


@pytest.mark.slow
def test_it_is_measured_as_it_is() -> None:
    built = build(source_of("mask"), lambda _: None)
    data = load_data("shapes", "instance segmentation", SHAPES)
    few = SimpleDataset([data.validation[number] for number in range(4)])
    data = Data("few", SHAPES, few, few, "", data.counts)
    task = mask_rcnn.RECIPE.prepare(built, data, Hyperparameters(augment=False))
    batch = next(iter(task.batches()))
    with autograd.record():
        total = task.losses(batch).total
    assert np.isfinite(total.asnumpy()).all()
    measured = task.validate(lambda: False)
    assert measured is not None
    assert set(measured.beside) == {
        "VOC mAP",
        "COCO mAP",
        "COCO AP50",
        "COCO mask mAP",
        "COCO mask AP50",
    }


@pytest.mark.slow
def test_pictures_that_are_too_small() -> None:
    built = build(source_of("mask"), lambda _: None)
    built.input_size = (8, 8)
    data = load_data("shapes", "instance segmentation", SHAPES)
    with pytest.raises(Refusal, match=r"leaves this detector \d+ anchors, and it needs 50"):
        mask_rcnn.RECIPE.prepare(built, data, Hyperparameters())
