"""SimplePose's recipe: its numbers beside a plain loop's, that it learns, and its metric."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest
from gluoncv.data.transforms.presets.simple_pose import SimplePoseDefaultTrainTransform
from mxnet import autograd, gluon
from mxnet.gluon.data import DataLoader, SimpleDataset

from tests.engine import small_poses
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
from tui.engine.datasets import load_data
from tui.engine.datasets.data import Data
from tui.engine.datasets.shapes import ShapesPose
from tui.engine.recipes import recipe_for, simple_pose
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.plan import FreezePlan
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters

STEPS = 10
SIDE = small_poses.SIDE
JOINTS = ("tip", "left barb", "right barb", "tail")


def source_of(kind: str = "of_the_arrow") -> ModelSource:
    return ModelSource(
        f"{small_poses.__name__}:{kind}", pretrained=False, input_size=(SIDE, SIDE), seed=SEED
    )


@pytest.mark.slow
@pytest.mark.parametrize("plan", [ALL, HEAD_ONLY])
def test_same_numbers(tmp_path: Path, plan: FreezePlan) -> None:
    start = tmp_path / "start.params"
    net = build(source_of(), lambda _: None).net
    net.save_parameters(str(start))
    hyper: dict[str, Any] = {
        "batch_size": 4,
        "learning_rate": 0.001,
        "weight_decay": 0.0001,
        "optimizer": "adam",
    }
    found, _ = ours(source_of(), plan, start, steps=STEPS, **hyper)

    if plan is HEAD_ONLY:
        freeze_by_hand(net, [net.final_layer])
    transform = SimplePoseDefaultTrainTransform(
        num_joints=4,
        joint_pairs=[[1, 2]],
        image_size=(SIDE, SIDE),
        heatmap_size=[SIDE // 4, SIDE // 4],
        sigma=2,
        scale_factor=0.30,
        rotation_factor=40,
        random_flip=True,
    )
    loader = DataLoader(load_data("shapes", "pose", ()).train.transform(transform), 4, shuffle=True)
    net.hybridize(static_alloc=True, static_shape=True)
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.001, "wd": 0.0001})
    loss_of = gluon.loss.L2Loss()
    theirs: list[float] = []
    for batch in islice(epoch_of(loader, 1), STEPS):
        data, label, weight = (array.as_in_context(mx.cpu()) for array in batch[:3])
        with autograd.record():
            loss = loss_of(net(data), label, weight)
        loss.backward()
        trainer.step(4)
        theirs.append(float(loss.mean().asscalar()))
    assert_equal(found, theirs, STEPS)


@pytest.mark.slow
def test_it_learns() -> None:
    """The arrow's joints, from random weights, in 144 steps: an untrained one finds few."""
    arrows = Data(
        "arrows",
        ("arrow",),
        ShapesPose("train", 512, size=96),
        ShapesPose("val", 48, size=96),
        "drawn from two seeds",
        (512,),
        joints=JOINTS,
    )
    told = learn(
        source_of(),
        steps=144,
        data=arrows,
        batch_size=16,
        learning_rate=0.002,
        weight_decay=0.0,
        optimizer="adam",
    )
    assert told.before < 0.15
    assert told.after > 0.8
    assert all(value is not None and value > 0.6 for value in told.per_class.values())


@pytest.mark.slow
def test_what_it_measures() -> None:
    """Of three labelled joints, one is found, one is a little off, and one is far away."""
    built = build(source_of(), lambda _: None)
    assert recipe_for(built) is simple_pose.RECIPE
    joints = np.zeros((4, 3, 2), "float32")
    joints[:3, :2, 1] = 1
    joints[:3, :2, 0] = [[50, 50], [40, 60], [60, 40]]
    label = {"bbox": (20.0, 20.0, 80.0, 80.0), "joints_3d": joints}
    kept = SimpleDataset([(mx.nd.zeros((100, 100, 3), dtype="uint8"), label, 0)])
    data = Data("one", ("arrow",), kept, kept, "", (1,), joints=JOINTS)
    task: Any = simple_pose.RECIPE.prepare(built, data, Hyperparameters())
    heatmaps = np.zeros((1, 4, 16, 16), "float32")
    # 75 pixels of the picture about (50, 50) are 16 of a heatmap.
    for joint, (x, y) in enumerate([(50, 50), (44, 60), (40, 40), (50, 50)]):
        column, row = (round((of - 50) * 16 / 75 + 8) for of in (x, y))
        heatmaps[0, joint, row, column] = 1
    task.net = lambda pictures: mx.nd.array(heatmaps)
    measured = task.validate(lambda: False)
    assert measured.per_class == {"tip": 1, "left barb": 1, "right barb": 0, "tail": None}
    assert measured.value == pytest.approx(2 / 3)
    assert 0 <= measured.beside["heatmap accuracy"] <= 1
    assert task.validate(lambda: True) is None


def test_peaks_lean_towards_the_higher_neighbour() -> None:
    heatmap = np.zeros((1, 8, 8), "float32")
    heatmap[0, 3, 4], heatmap[0, 3, 5], heatmap[0, 2, 4] = 1, 0.5, 0.25
    np.testing.assert_array_equal(simple_pose.peaks(heatmap), [[4.25, 2.75]])


def test_left_and_right_change_places() -> None:
    assert simple_pose.joint_pairs(JOINTS) == [[1, 2]]
    assert simple_pose.joint_pairs(("joint 1", "joint 2")) == []
    assert simple_pose.joint_pairs(("left_eye", "nose")) == []


@pytest.mark.slow
def test_other_joints_and_sizes_are_refused() -> None:
    data = load_data("shapes", "pose", ())
    built = build(source_of("of_a_person"), lambda _: None)
    with pytest.raises(Refusal, match="finds 17 joints, the data has 4"):
        simple_pose.RECIPE.prepare(built, data, Hyperparameters())
    built.classes = JOINTS
    with pytest.raises(Refusal, match="finds 17 joints, --classes names 4"):
        simple_pose.RECIPE.check_classes(built)
    built = build(source_of(), lambda _: None)
    built.input_size = (64, 72)
    with pytest.raises(Refusal, match="multiples of 32"):
        simple_pose.RECIPE.prepare(built, data, Hyperparameters())
