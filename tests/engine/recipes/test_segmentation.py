"""The segmentation recipe: its numbers beside a plain loop's, that it learns, and its metric."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.loss import MixSoftmaxCrossEntropyLoss
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader, Dataset
from mxnet.gluon.data.vision import transforms
from PIL import Image, ImageFilter, ImageOps

from tests.engine import small_segmenters
from tests.engine.recipes.learning import learn
from tests.engine.recipes.test_same_numbers import (
    ALL,
    HEAD_ONLY,
    SEED,
    assert_equal,
    epoch_of,
    freeze_by_hand,
    ours,
)
from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import ShapesDetection
from tui.engine.recipes import recipe_for, segmentation
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

STEPS = 10
SIDE = small_segmenters.SIDE
CLASSES = ("background", "circle", "cross")


class Masks(Dataset):
    """The built-in shapes, each pixel with its class. Every third picture has a corner where none
    counts."""

    def __init__(self, split: str, length: int) -> None:
        self._shapes = ShapesDetection(split, length, size=80, classes=CLASSES[1:])  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self._shapes)

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        picture, placed = self._shapes._item(index)
        mask = np.zeros(picture.shape[:2], dtype=np.int32)
        for shape in placed:
            mask[shape.stencil.window][shape.stencil.coverage >= 8] = shape.kind + 1
        if index % 3 == 0:
            mask[:6, :6] = -1
        return mx.nd.array(picture, dtype="uint8"), mx.nd.array(mask, dtype="int32")


def data(train: int = 256, validation: int = 32) -> Data:
    return Data(
        "shapes", CLASSES, Masks("train", train), Masks("val", validation), "", (1,) * len(CLASSES)
    )


def source_of(kind: str) -> ModelSource:
    return ModelSource(
        f"{small_segmenters.__name__}:{kind}",
        CLASSES,
        pretrained=False,
        input_size=(SIDE, SIDE),
        seed=SEED,
    )


class AsTheScript(Dataset):
    """What GluonCV's data set does in training, written out."""

    def __init__(self, pairs: Dataset) -> None:
        self.pairs = pairs
        self.finish = transforms.Compose(
            [
                transforms.ToTensor(),
                transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
            ]
        )

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, index: int) -> tuple[mx.nd.NDArray, mx.nd.NDArray]:
        pixels, classes = self.pairs[index]
        picture = Image.fromarray(pixels.asnumpy())
        values = classes.asnumpy().copy()
        values[values == -1] = 255
        mask = Image.fromarray(values.astype("uint8"))
        if random.random() < 0.5:
            picture = picture.transpose(Image.FLIP_LEFT_RIGHT)
            mask = mask.transpose(Image.FLIP_LEFT_RIGHT)
        base = round(SIDE * 520 / 480)
        long = random.randint(int(base * 0.5), int(base * 2.0))  # the pictures are square
        picture = picture.resize((long, long), Image.BILINEAR)
        mask = mask.resize((long, long), Image.NEAREST)
        if long < SIDE:
            border = (0, 0, SIDE - long, SIDE - long)
            picture = ImageOps.expand(picture, border=border, fill=0)
            mask = ImageOps.expand(mask, border=border, fill=0)
        left = random.randint(0, picture.size[0] - SIDE)
        top = random.randint(0, picture.size[1] - SIDE)
        box = (left, top, left + SIDE, top + SIDE)
        picture, mask = picture.crop(box), mask.crop(box)
        if random.random() < 0.5:
            picture = picture.filter(ImageFilter.GaussianBlur(radius=random.random()))
        target = np.array(mask).astype("int32")
        target[target == 255] = -1
        return self.finish(mx.nd.array(np.array(picture))), mx.nd.array(target)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "plan"), [("fcn", ALL), ("fcn", HEAD_ONLY), ("psp", ALL), ("deeplab", ALL)]
)
def test_same_numbers(tmp_path: Path, kind: str, plan: FreezePlan) -> None:
    start = tmp_path / "start.params"
    net = build(source_of(kind), lambda _: None).net
    net.save_parameters(str(start))
    hyper: dict[str, Any] = {"batch_size": 4, "learning_rate": 0.001, "weight_decay": 0.0001}
    found, _ = ours(source_of(kind), plan, start, data(), STEPS, **hyper)

    if plan is HEAD_ONLY:
        freeze_by_hand(net, [net.head, net.auxlayer])
        for head in (net.head, net.auxlayer):  # which have norms of their own
            head.block[1]._kwargs["use_global_stats"] = False
    net._up_kwargs = {"height": SIDE, "width": SIDE}
    loader = DataLoader(AsTheScript(data().train), 4, shuffle=True)
    net.hybridize(static_alloc=True, static_shape=True)
    loss_of = MixSoftmaxCrossEntropyLoss(kind == "fcn", aux_weight=0.5)
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.001, "wd": 0.0001, "momentum": 0.9}
    )
    theirs: list[float] = []
    for pictures, masks in islice(epoch_of(loader, 1), STEPS):
        with autograd.record():
            loss = loss_of(*net(pictures), masks)
        loss.backward()
        trainer.step(4)
        theirs.append(float(loss.mean().asscalar()))
    assert_equal(found, theirs, STEPS)


@pytest.mark.parametrize("valid", ["all", "some", "none"])
def test_its_gradients_are_those_of_gluoncv_and_follow_its_loss(valid: str) -> None:
    """Those of GluonCV's own loss stay the same whatever its value is multiplied by."""
    built = build(source_of("fcn"), lambda _: None)
    task = segmentation.RECIPE.prepare(built, data(3, 3), Hyperparameters())
    random = np.random.RandomState(4)
    masks = mx.nd.array(random.randint(0, 3, (2, SIDE, SIDE)), dtype="int32")
    if valid != "all":
        masks[0] = -1
        masks[1, : 20 if valid == "some" else SIDE] = -1
    outputs = [mx.nd.array(random.normal(0, 3, (2, 3, SIDE, SIDE))) for _ in range(2)]
    for output in outputs:
        output.attach_grad()
    task.forward = lambda pictures: tuple(outputs)

    with autograd.record():
        theirs = MixSoftmaxCrossEntropyLoss(True, aux_weight=0.5)(*outputs, masks)
    theirs.backward()
    expected = [output.grad.asnumpy() for output in outputs]
    for factor in (1, 1024):
        with autograd.record():
            found = task.losses((mx.nd.zeros((2, 3, SIDE, SIDE)), masks))
            backward = [one * factor for one in found.backward]
        autograd.backward(backward)
        for output, gradient in zip(outputs, expected, strict=True):
            np.testing.assert_allclose(
                output.grad.asnumpy(), factor * gradient, rtol=1e-4, atol=factor * 1e-9
            )
        np.testing.assert_allclose(found.total.asnumpy(), theirs.asnumpy(), rtol=1e-5)
    assert any(gradient.any() for gradient in expected) == (valid != "none")


@pytest.mark.slow
def test_it_learns() -> None:
    """From random weights. All background is right for 0.9 of the pixels: a mIoU of 0.3."""
    told = learn(
        source_of("fcn"),
        steps=224,
        data=data(),
        batch_size=8,
        learning_rate=0.003,
        optimizer="adam",
    )
    assert told.before < 0.35
    assert told.after > 0.5
    assert all(value is not None and value > 0.3 for value in told.per_class.values())


@pytest.mark.slow
def test_what_it_measures() -> None:
    built = build(source_of("fcn"), lambda _: None)
    assert recipe_for(built) is segmentation.RECIPE
    picture = mx.nd.zeros((SIDE, SIDE, 3), dtype="uint8")
    mask = np.zeros((SIDE, SIDE), dtype=np.int32)
    mask[:, 32:] = 1
    mask[:16] = -1
    kept = gluon.data.SimpleDataset([(picture, mx.nd.array(mask, dtype="int32"))])
    task = segmentation.RECIPE.prepare(
        built, Data("one", CLASSES, kept, kept, "", (0, 1, 0)), Hyperparameters(augment=False)
    )
    predicted = np.zeros((1, 3, SIDE, SIDE), dtype="float32")
    predicted[0, 0] = 0.5
    predicted[0, 1, :, 48:] = 1  # half of the second class is found
    task.net = lambda pictures: (mx.nd.array(predicted), None)
    measured = task.validate(lambda: False)
    assert measured is not None
    assert measured.beside == {"pixel accuracy": pytest.approx(0.75)}
    assert measured.per_class == {
        "background": pytest.approx(2 / 3),
        "circle": pytest.approx(1 / 2),
        "cross": None,
    }
    assert measured.value == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert task.validate(lambda: True) is None


@pytest.mark.slow
def test_other_classes_and_sizes_are_refused() -> None:
    built = build(source_of("fcn"), lambda _: None)
    built.classes = CLASSES[:2]
    with pytest.raises(Refusal, match="tells 3 classes apart, --classes names 2"):
        segmentation.RECIPE.check_classes(built)
    two = Data("two", CLASSES[:2], Masks("train", 3), Masks("val", 3), "", (1, 1))
    with pytest.raises(Refusal, match="tells 3 classes apart, the data has 2"):
        segmentation.RECIPE.prepare(built, two, Hyperparameters())
    for size in ((64, 72), (60, 60)):
        built.input_size = size
        with pytest.raises(Refusal, match="square, with a side that is a multiple of 8"):
            segmentation.RECIPE.prepare(built, data(3, 3), Hyperparameters())
