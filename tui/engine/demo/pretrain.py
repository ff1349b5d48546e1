"""Make the demo's trunk: `python -m tui.engine.demo.pretrain [--out FILE]`.

A whole detector is trained on shapes that the demo does not know (none of its classes, another
seed), and its trunk alone is kept: what the demo then does with it is a true transfer. Beside
the weights goes a `.toml` of the same name with what they were made from and their sha256.

On the CPU all of it is determined by the seed, bit for bit, at a given number of threads
(`OMP_NUM_THREADS`) and on one kind of processor; the shipped file was made with one thread.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import numpy.typing as npt
from gluoncv.data.transforms.presets.ssd import SSDDefaultTrainTransform
from gluoncv.loss import SSDMultiBoxLoss
from gluoncv.model_zoo.ssd.ssd import SSD
from gluoncv.model_zoo.ssd.target import SSDTargetGenerator
from mxnet import autograd, gluon, lr_scheduler

from tui.engine.datasets.shape_outlines import OUTLINES
from tui.engine.datasets.shapes import CLASSES, ShapesDetection
from tui.engine.demo.network import INPUT_SIZE, TRUNK_FILE, demo_ssd
from tui.engine.seeding import seed_everything
from tui.toml import write_toml
from tui.whole_file import whole_file

SEED = 1000
STEPS = 2500
BATCH = 32
PICTURES = 4096
"""How many pictures are drawn; each is seen turned, mirrored and in other colours."""
LEARNING_RATE = 0.002
WEIGHT_DECAY = 0.0001

OTHER_CLASSES = tuple(name for name in OUTLINES if name not in CLASSES)

HEADER = "# What trunk.params was made from, by `python -m tui.engine.demo.pretrain`.\n"


def pretrain(seed: int = SEED, steps: int = STEPS, pictures: int = PICTURES) -> SSD:
    """Train a detector of the other classes on so many pictures, and return it."""
    seed_everything(seed)
    net = demo_ssd(OTHER_CLASSES, pretrained=False)
    net.initialize()
    with autograd.train_mode():
        _, _, anchors = net(mx.nd.zeros((1, 3, INPUT_SIZE, INPUT_SIZE)))
    net.hybridize(static_alloc=True, static_shape=True)
    targets = SSDTargetGenerator(negative_mining_ratio=-1)
    multi_box = SSDMultiBoxLoss()
    schedule = lr_scheduler.CosineScheduler(
        steps, LEARNING_RATE, final_lr=LEARNING_RATE / 100, warmup_steps=min(100, steps // 10)
    )
    trainer = gluon.Trainer(
        net.collect_params(),
        "adam",
        {"learning_rate": LEARNING_RATE, "lr_scheduler": schedule, "wd": WEIGHT_DECAY},
    )
    batches = _batches(seed, steps, pictures)
    began = time.monotonic()
    for step, (batch, boxes, kinds) in enumerate(batches, 1):
        with autograd.record():
            class_predictions, box_predictions, _ = net(batch)
            with autograd.pause():
                class_targets, box_targets, _ = targets(anchors, None, boxes, kinds)
            losses = multi_box(class_predictions, box_predictions, class_targets, box_targets)
            autograd.backward(losses[0])
        trainer.step(1)
        if step % 100 == 0 or step == steps:
            value = float(losses[0][0].sum().asscalar())
            seconds = time.monotonic() - began
            print(f"step {step}/{steps}  loss {value:.3f}  {seconds:.0f} s", flush=True)
    return net


def _batches(seed: int, steps: int, pictures: int) -> Iterator[tuple[Any, Any, Any]]:
    """Normalised pictures (B×3×H×W), boxes (B×N×4) and class indices (B×N×1, -1: none)."""
    data = ShapesDetection("train", pictures, seed=seed, classes=OTHER_CLASSES)
    chance = np.random.RandomState(seed)
    usual = SSDDefaultTrainTransform(INPUT_SIZE, INPUT_SIZE)
    mean, std = (np.array(value, dtype=np.float32) for value in (usual._mean, usual._std))
    most = data.most
    drawn = [data.drawn(index) for index in range(pictures)]
    order: list[int] = []
    for _ in range(steps):
        batch = np.empty((BATCH, 3, INPUT_SIZE, INPUT_SIZE), dtype=np.float32)
        labels = np.full((BATCH, most, 6), -1, dtype=np.float32)
        for place in range(BATCH):
            if not order:
                order = chance.permutation(pictures).tolist()
            picture, label = _varied(chance, *drawn[order.pop()])
            batch[place] = ((picture / np.float32(255) - mean) / std).transpose(2, 0, 1)
            labels[place, : len(label)] = label
        yield mx.nd.array(batch), mx.nd.array(labels[..., :4]), mx.nd.array(labels[..., 4:5])


def _varied(
    chance: np.random.RandomState,
    picture: npt.NDArray[np.uint8],
    label: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """One of the eight ways to lay a square picture, one of six orders of its colours."""
    label = label.copy()
    if chance.randint(2):
        picture = picture.transpose(1, 0, 2)
        label[:, :4] = label[:, [1, 0, 3, 2]]
    for axis in (0, 1):
        if chance.randint(2):
            picture = np.flip(picture, axis)
            low, high = (1, 3) if axis == 0 else (0, 2)
            label[:, [low, high]] = INPUT_SIZE - label[:, [high, low]]
    return picture[..., chance.permutation(3)], label


def save_trunk(net: SSD, out: Path, facts: dict[str, Any]) -> str:
    """Write the trunk's weights by structure name, and a `.toml` beside them. Returns the
    sha256 of the weights."""
    with whole_file(out) as temporary:
        net.features.save_parameters(str(temporary))
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    write_toml(out.with_suffix(".toml"), {"sha256": digest, **facts}, HEADER)
    return digest


def main(arguments: list[str]) -> int:
    """Pretrain and write."""
    parser = argparse.ArgumentParser("python -m tui.engine.demo.pretrain")
    parser.add_argument("--out", type=Path, default=TRUNK_FILE, help="where the weights go")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--steps", type=int, default=STEPS)
    options = parser.parse_args(arguments)
    net = pretrain(options.seed, options.steps)
    facts = {
        "seed": options.seed,
        "steps": options.steps,
        "batch_size": BATCH,
        "pictures": PICTURES,
        "classes": list(OTHER_CLASSES),
        "threads": int(os.environ.get("OMP_NUM_THREADS", "0")),
        "mxnet": mx.__version__,
    }
    print(f"{options.out}  sha256 {save_trunk(net, options.out, facts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
