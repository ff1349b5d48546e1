from __future__ import annotations

import hashlib

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform, SSDDefaultValTransform
from gluoncv.utils.metrics.voc_detection import VOC07MApMetric

from tui.engine.datasets.shapes import (
    CLASSES,
    SIZE,
    ShapesClassification,
    ShapesDetection,
    ShapesInstances,
    ShapesPose,
    ShapesSegmentation,
)

ANCHORS = mx.nd.array(
    [
        [[x, y, side, side] for side in (24, 36, 54) for y in range(4, SIZE, 8)]
        for x in range(4, SIZE, 8)
    ]
).reshape(1, -1, 4)


def digest(data: ShapesDetection | ShapesClassification, count: int) -> str:
    found = hashlib.sha256()
    for index in range(count):
        picture, label = data[index]
        found.update(picture.asnumpy().tobytes())
        found.update(np.asarray(label, dtype="<f4").tobytes())
    return found.hexdigest()


@pytest.mark.parametrize(
    ("data", "sha256"),
    [
        (
            ShapesDetection("train", 20),
            "1481de8f4373f1b6e67056e6ac3800052ce24aeb9ca9d91ec4e51b49932e62ef",
        ),
        (
            ShapesDetection("val", 20),
            "504e02286990423817f9a87c169a41c8161599651bd3753364d6a8b022b79007",
        ),
        (
            ShapesDetection("train", 20, seed=5, size=96),
            "0b9470f3f2c0c765dd9250e7a6ddc9fcad66c2f6ec1007df7fd3207c364c3b18",
        ),
        (
            ShapesClassification("train", 20, size=32),
            "8bdccca1403eaf30ede9b9cdc6d9b8aa523da0ce657c0771f0818e08d8430378",
        ),
    ],
)
def test_pictures_are_the_same_on_every_machine(
    data: ShapesDetection | ShapesClassification, sha256: str
) -> None:
    assert digest(data, 20) == sha256


def test_a_picture_does_not_depend_on_what_was_drawn_before() -> None:
    one, other = ShapesDetection("train", 10), ShapesDetection("train", 200)
    later = [other[index] for index in (150, 7, 3, 7)][-1]
    picture, label = one[7]
    assert (picture.asnumpy() == later[0].asnumpy()).all()
    assert (label == later[1]).all()
    assert (one.label(7) == label).all()


def test_splits_and_seeds_have_no_picture_in_common() -> None:
    sets = [ShapesDetection("train"), ShapesDetection("val"), ShapesDetection("train", seed=1)]
    seen = {data[index][0].asnumpy().tobytes() for data in sets for index in range(30)}
    assert len(seen) == 90


def test_items_are_those_of_a_voc_data_set() -> None:
    data = ShapesDetection("val", 40)
    assert len(data) == 40
    assert data.classes == CLASSES
    assert data.num_class == len(CLASSES)
    for index in range(len(data)):
        picture, label = data[index]
        assert picture.shape == (SIZE, SIZE, 3)
        assert picture.dtype == np.uint8
        assert label.dtype == np.float32
        assert label.shape == (len(label), 6)
        assert 1 <= len(label) <= data.most
        left, top, right, bottom, kind, difficult = label.T
        assert (left >= 0).all()
        assert (top >= 0).all()
        assert (right <= SIZE).all()
        assert (bottom <= SIZE).all()
        assert (right - left >= 12).all()
        assert (bottom - top >= 12).all()
        assert set(kind) <= set(range(len(CLASSES)))
        assert not difficult.any()


def test_every_class_has_its_share() -> None:
    data = ShapesDetection("train")
    kinds = np.concatenate([data.label(index)[:, 4] for index in range(len(data))]).astype(int)
    shares = np.bincount(kinds, minlength=len(CLASSES)) / len(kinds)
    assert (shares > 0.1).all()


@pytest.mark.parametrize("index", [-1, 9])
def test_the_last_picture(index: int) -> None:
    data = ShapesDetection("train", 10)
    assert (data[index][1] == data.label(9)).all()


@pytest.mark.parametrize("index", [10, -11])
def test_a_picture_that_is_not_there(index: int) -> None:
    data = ShapesDetection("train", 10)
    with pytest.raises(IndexError, match="of 10"):
        data[index]
    with pytest.raises(IndexError, match="of 10"):
        data.label(index)


def test_a_split_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="train and val"):
        ShapesDetection("test")  # type: ignore[arg-type]


def test_gluoncvs_training_transform_finds_every_object() -> None:
    data = ShapesDetection("train", 12)
    transform = SSDDefaultTrainTransform(SIZE, SIZE, ANCHORS)
    np.random.seed(0)
    for index in range(len(data)):
        picture, label = data[index]
        pixels, classes, _ = transform(picture, label)
        assert pixels.shape == (3, SIZE, SIZE)
        # 0 is background; a crop may leave some objects out, and never brings in others.
        found = set(classes.asnumpy()[classes.asnumpy() > 0] - 1)
        assert found
        assert found <= set(label[:, 4])


def test_gluoncvs_metric_is_one_on_the_labels_themselves() -> None:
    data = ShapesDetection("val", 40)
    metric = VOC07MApMetric(iou_thresh=0.5, class_names=list(data.classes))
    transform = SSDDefaultValTransform(SIZE, SIZE)
    for index in range(len(data)):
        _, label = transform(*data[index])
        label = np.asarray(label)[None]
        metric.update(
            label[..., :4],
            label[..., 4:5],
            np.ones_like(label[..., :1]),
            label[..., :4],
            label[..., 4:5],
            label[..., 5:6],
        )
    assert metric.get()[1][-1] == pytest.approx(1)


def test_a_classification_picture_has_one_shape() -> None:
    data = ShapesClassification("train", 200, size=48)
    picture, label = data[0]
    assert picture.shape == (48, 48, 3)
    assert picture.dtype == np.uint8
    assert label == data.label(0)
    assert {data.label(index) for index in range(len(data))} == set(range(len(CLASSES)))


def test_a_mask_covers_what_the_outlines_do() -> None:
    from pycocotools import mask as runs

    masks, instances = ShapesSegmentation("val", 30), ShapesInstances("val", 30)
    assert masks.classes == ("background", *CLASSES)
    for index in range(30):
        picture, mask = masks[index]
        other, boxes, polygons = instances[index]
        assert (picture.asnumpy() == other.asnumpy()).all()
        assert (mask.shape, mask.dtype) == ((SIZE, SIZE), np.int32)
        assert boxes.shape == (len(polygons), 5)
        for box, (polygon,) in zip(boxes, polygons, strict=True):
            assert np.allclose([*polygon.min(axis=0), *polygon.max(axis=0)], box[:4], atol=1.01)
            (outline,) = runs.frPyObjects([polygon.ravel().tolist()], SIZE, SIZE)
            inside = runs.decode(outline).astype(bool)
            shown = mask.asnumpy()[inside]
            # A ring has a hole; a pixel at the edge may be on either side.
            assert (shown == box[4] + 1).mean() > (0.6 if box[4] == 5 else 0.9)


def test_an_arrow_has_its_joints_where_it_is_drawn() -> None:
    data = ShapesPose("train", 40)
    for index in range(len(data)):
        picture, label, number = data[index]
        assert (picture.shape, number) == ((SIZE, SIZE, 3), index)
        (tip, left, right, tail), seen = label["joints_3d"][:, :2, 0], label["joints_3d"][:, :2, 1]
        assert seen.all()
        box = label["bbox"]
        for x, y in (tip, left, right, tail):
            assert box[0] - 1 <= x <= box[2] + 1
            assert box[1] - 1 <= y <= box[3] + 1
        # It points away from its tail, and its left is on the left, y down.
        along, across = tip - tail, right - left
        assert abs(along @ across) < 0.02 * np.linalg.norm(along) * np.linalg.norm(across)
        assert along[0] * across[1] - along[1] * across[0] > 0
