"""CenterNet's recipe: its numbers beside a plain loop's."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.batchify import Stack, Tuple
from gluoncv.data.transforms.presets.center_net import CenterNetDefaultTrainTransform
from gluoncv.loss import HeatmapFocalLoss, MaskedL1Loss
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader

from tests.engine.recipes.test_same_numbers import (
    ALL,
    SEED,
    SHAPES,
    assert_equal,
    epoch_of,
    ours,
)
from tui.engine.datasets import load_data
from tui.engine.recipes import center_net, recipe_for
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

STEPS = 10
SIZE = 64
NAME = "center_net_resnet18_v1b_voc"
SOURCE = ModelSource(NAME, SHAPES, pretrained=False, input_size=(SIZE, SIZE), seed=SEED)


@pytest.mark.slow
def test_same_numbers(tmp_path: Path) -> None:
    start = tmp_path / "start.params"
    net = build(SOURCE, lambda _: None).net
    net.save_parameters(str(start))
    found, _ = ours(
        SOURCE,
        ALL,
        start,
        steps=STEPS,
        batch_size=4,
        learning_rate=0.000125,
        weight_decay=0.0001,
        optimizer="adam",
    )

    transform = CenterNetDefaultTrainTransform(SIZE, SIZE, num_class=6, scale_factor=4)
    transform._data_rng = np.random  # its own would not know the seed
    loader = DataLoader(
        load_data("shapes", "detection", SHAPES).train.transform(transform),
        4,
        shuffle=True,
        batchify_fn=Tuple([Stack() for _ in range(6)]),
    )
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.000125, "wd": 0.0001})
    heatmap_loss = HeatmapFocalLoss(from_logits=True)
    size_loss = MaskedL1Loss(weight=0.1)
    offset_loss = MaskedL1Loss(weight=1.0)
    theirs: list[float] = []
    for arrays in islice(epoch_of(loader, 1), STEPS):
        batch = [array.as_in_context(mx.cpu()) for array in arrays]
        pictures, heatmaps, sizes, size_masks, offsets, offset_masks = batch
        with autograd.record():
            heatmap, size, offset = net(pictures)
            loss = (
                heatmap_loss(heatmap, heatmaps)
                + size_loss(size, sizes, size_masks)
                + offset_loss(offset, offsets, offset_masks)
            )
            autograd.backward([loss])
        trainer.step(1)
        theirs.append(float(loss.asscalar()))
    assert_equal(found, theirs, STEPS)


@pytest.mark.slow
def test_without_opencv_or_at_another_size(monkeypatch: pytest.MonkeyPatch) -> None:
    built = build(SOURCE, lambda _: None)
    assert recipe_for(built) is center_net.RECIPE
    data = load_data("shapes", "detection", SHAPES)
    built.input_size = (64, 70)
    with pytest.raises(Refusal, match="multiples of 32"):
        center_net.RECIPE.prepare(built, data, Hyperparameters())
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(Refusal, match=r"need OpenCV, .* gluon-thaw\[centernet\]"):
        center_net.RECIPE.prepare(built, data, Hyperparameters())


@pytest.mark.slow
def test_labels_are_left_as_they_are() -> None:
    """GluonCV's transform for validation writes into what it is given."""
    label = np.array([[10, 10, 60, 60, 0, 0]], dtype="float32")
    picture = mx.nd.zeros((128, 128, 3), dtype="uint8")
    kept = gluon.data.SimpleDataset([(picture, label)] * 2)
    built = build(SOURCE, lambda _: None)
    data = load_data("shapes", "detection", SHAPES)
    data.train, data.validation = kept, kept
    task = center_net.RECIPE.prepare(built, data, Hyperparameters(augment=False))
    seen = [labels.asnumpy() for _ in range(2) for _, labels in task._validation]
    np.testing.assert_allclose(seen[0][0, 0, :4], [5, 5, 30, 30])
    np.testing.assert_array_equal(seen[0], seen[1])
    first, second = (next(iter(task.batches())) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.asnumpy(), other.asnumpy())
    np.testing.assert_array_equal(label, [[10, 10, 60, 60, 0, 0]])


@pytest.mark.slow
def test_nothing_else_needs_opencv() -> None:
    check = "import sys; sys.modules['cv2'] = None; import tui.engine.recipes, tui.engine.run"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=120)
