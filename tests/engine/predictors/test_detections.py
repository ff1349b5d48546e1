"""Boxes, held against GluonCV's own transforms and a plain forward pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.transforms.presets.center_net import (
    CenterNetDefaultValTransform,
    get_post_transform,
)
from gluoncv.data.transforms.presets.rcnn import FasterRCNNDefaultValTransform
from gluoncv.data.transforms.presets.ssd import SSDDefaultValTransform
from gluoncv.data.transforms.presets.yolo import YOLO3DefaultValTransform

from tests.engine import small_detectors
from tests.engine.networks import awake
from tui.engine.predictors import predictor_for
from tui.engine.recipes.pyramid_on_cpu import take_all_regions
from tui.engine.sources import build
from tui.engine.sources.built import Built
from tui.model.source import ModelSource

WIDTH, HEIGHT = 150, 90
NO_LABEL = np.zeros((0, 6), dtype="float32")


def picture() -> mx.nd.NDArray:
    random = np.random.RandomState(1)
    return mx.nd.array(random.randint(0, 255, (HEIGHT, WIDTH, 3)), dtype="uint8")


def opened(model: str) -> Built:
    built = build(
        ModelSource(model, classes=("cat", "dog"), pretrained=False, input_size=(96, 96)),
        lambda _: None,
    )
    awake(built.net)
    return built


def stretched(boxes: np.ndarray) -> np.ndarray:
    return boxes.clip(0, 96) * np.array([WIDTH / 96, HEIGHT / 96] * 2, dtype="float32")


def one_side(boxes: np.ndarray) -> np.ndarray:
    return boxes.clip(0, [160, 96] * 2) * (HEIGHT / 96)


def warped(boxes: np.ndarray) -> np.ndarray:
    back = get_post_transform(WIDTH, HEIGHT, 96, 96)
    corners = boxes.clip(0, 96).reshape(-1, 2)
    placed = np.c_[corners, np.ones(len(corners))] @ back.T
    return placed.reshape(-1, 4).clip(0, [WIDTH, HEIGHT] * 2)


def small_faster_rcnn() -> Built:
    return Built(
        small_detectors.cats_and_dogs(), mx.cpu(), classes=("cat", "dog"), input_size=(96, 96)
    )


@pytest.mark.parametrize(
    ("make", "transform", "back", "nms"),
    [
        (
            lambda: opened("ssd_300_mobilenet0.25_custom"),
            SSDDefaultValTransform(96, 96),
            stretched,
            True,
        ),
        (
            lambda: opened("yolo3_mobilenet0.25_custom"),
            YOLO3DefaultValTransform(96, 96),
            stretched,
            True,
        ),
        (
            lambda: opened("center_net_resnet18_v1b_voc"),
            CenterNetDefaultValTransform(96, 96),
            warped,
            False,
        ),
        (small_faster_rcnn, FasterRCNNDefaultValTransform(96, 160), one_side, False),
    ],
    ids=["ssd", "yolo3", "center_net", "faster_rcnn"],
)
def test_boxes_are_those_of_a_plain_forward_pass(
    make: Callable[[], Built],
    transform: Callable[..., Any],
    back: Callable[[np.ndarray], np.ndarray],
    nms: bool,
) -> None:
    built = make()
    predictor = predictor_for(built)
    assert predictor is not None
    predictor.begin()
    found = predictor.predict(picture())

    plain = make().net
    if nms:
        plain.set_nms(0.45, 400)
    if hasattr(plain, "_pyramid_roi_feats"):
        take_all_regions(plain)
    plain.hybridize()
    tensor = transform(picture(), NO_LABEL.copy())[0]
    ids, scores, boxes = (array[0].asnumpy() for array in plain(tensor.expand_dims(0))[:3])
    ids, scores = ids.reshape(-1, 1), scores.reshape(-1, 1)
    kept = ids[:, 0] >= 0
    assert kept.sum() > 3, "nothing to compare"
    order = np.argsort(-scores[kept, 0], kind="stable")
    assert [one.name for one in found.objects] == [
        ("cat", "dog")[int(number)] for number in ids[kept, 0][order]
    ]
    np.testing.assert_allclose([o.score for o in found.objects], scores[kept, 0][order], rtol=1e-5)
    np.testing.assert_allclose(
        [one.box for one in found.objects], back(boxes[kept][order]), rtol=1e-4, atol=0.02
    )


def test_a_threshold_leaves_the_surer_ones() -> None:
    predictor = predictor_for(opened("ssd_300_mobilenet0.25_custom"))
    assert predictor is not None
    predictor.begin()
    found = predictor.predict(picture())
    middle = sorted(one.score or 0 for one in found.objects)[len(found.objects) // 2]
    kept = predictor.predict(picture(), middle).objects
    assert 0 < len(kept) < len(found.objects)
    assert all((one.score or 0) >= middle for one in kept)
