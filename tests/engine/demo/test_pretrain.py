from __future__ import annotations

import hashlib
from pathlib import Path

import mxnet as mx
import numpy as np

from tui.engine.datasets.shapes import ShapesDetection
from tui.engine.demo.network import demo_ssd
from tui.engine.demo.pretrain import OTHER_CLASSES, _varied, pretrain, save_trunk
from tui.toml import read_toml


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    made = [
        save_trunk(
            pretrain(seed, steps=2, pictures=8), tmp_path / f"{index}.params", {"seed": seed}
        )
        for index, seed in enumerate((1, 1, 2))
    ]
    assert made[0] == made[1] != made[2]
    assert hashlib.sha256((tmp_path / "1.params").read_bytes()).hexdigest() == made[1]
    assert read_toml(tmp_path / "2.toml") == {"sha256": made[2], "seed": 2}


def test_what_was_trained_is_what_is_loaded(tmp_path: Path) -> None:
    net = pretrain(3, steps=2, pictures=8)
    save_trunk(net, tmp_path / "trunk.params", {})
    other = demo_ssd(("a", "b"), pretrained=False)
    other.features.load_parameters(str(tmp_path / "trunk.params"))
    picture = mx.nd.ones((1, 3, 128, 128))
    for a, b in zip(net.features(picture), other.features(picture), strict=True):
        assert (a.asnumpy() == b.asnumpy()).all()


def test_a_picture_and_its_boxes_are_turned_together() -> None:
    data = ShapesDetection("train", 4, classes=OTHER_CLASSES)
    chance = np.random.RandomState(0)
    for _ in range(40):
        picture, label = data.drawn(int(chance.randint(4)))
        # Mark the boxes' corner pixels, in all colours at once: their order is changed too.
        marked = np.zeros_like(picture)
        for left, top, right, bottom in label[:, :4].astype(int):
            marked[top:bottom, left:right] += 1
        turned, boxes = _varied(chance, marked, label)
        expected = np.zeros_like(marked)
        for left, top, right, bottom in boxes[:, :4].astype(int):
            expected[top:bottom, left:right] += 1
        assert (turned == expected).all()
        assert (boxes[:, 4:] == label[:, 4:]).all()
