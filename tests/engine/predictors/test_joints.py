"""Joints of an object that fills its picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np
import pytest

from tests.engine.recipes.test_simple_pose import JOINTS, source_of
from tui.engine.datasets import load_data
from tui.engine.predictors import predictor_for
from tui.engine.predictors.joints import JointsPredictor
from tui.engine.recipes import recipe_for
from tui.engine.samples import Samples, true_of
from tui.engine.sources import build
from tui.runs.folder import RunFolder
from tui.runs.spec import Hyperparameters


def test_joints_are_in_pixels_of_the_picture() -> None:
    built = build(source_of(), lambda _: None)
    predictor = predictor_for(built)
    assert isinstance(predictor, JointsPredictor)
    wanted = {"tip": (50, 50), "left barb": (75, 50), "right barb": (25, 90)}
    heatmaps = np.zeros((1, len(JOINTS), 16, 16), "float32")
    # What is cut out is a quarter larger than the box: 125 pixels about (50, 50) are 16 of a map.
    for joint, (x, y) in enumerate(wanted.values()):
        column, row = (round((of - 50) * 16 / 125 + 8) for of in (x, y))
        heatmaps[0, joint, row, column] = 1
    net: Any = lambda _: mx.nd.array(heatmaps)  # noqa: E731
    built.net = net
    picture = mx.nd.zeros((100, 100, 3), dtype="uint8")
    (found,) = predictor.predict(picture).objects
    assert found.score == pytest.approx(3 / 4)
    assert found.box == (0, 0, 100, 100)
    for (x, y, seen), (right, down) in zip(found.joints, wanted.values(), strict=False):
        assert seen
        assert (x, y) == pytest.approx((right, down), abs=125 / 16)
    assert not found.joints[3][2], "the tail has no peak"
    assert predictor.predict(picture, 0.9).objects == ()


def test_a_sample_is_of_what_validation_cuts_out() -> None:
    built = build(source_of(), lambda _: None)
    data = load_data("shapes", "pose", ())
    seen: list[np.ndarray] = []

    def net(pixels: mx.nd.NDArray) -> mx.nd.NDArray:
        seen.append(pixels.asnumpy())
        return mx.nd.ones((len(pixels), len(JOINTS), 16, 16))

    task: Any = recipe_for(built).prepare(built, data, Hyperparameters(batch_size=1))
    samples = Samples(RunFolder(Path()), predictor_for(built), data, "pose", lambda _: None)
    built.net = net
    _, _, caption = samples._drawn(data.validation[0])
    assert caption.startswith("predicted: 4 joints")
    measured = next(iter(task._validation))[0].asnumpy()
    np.testing.assert_allclose(seen[0], measured, atol=1e-5)


def test_what_is_true_of_a_picture() -> None:
    joints = np.zeros((4, 3, 2), "float32")
    joints[:2, :2, 0], joints[:2, :2, 1] = [[5, 6], [7, 8]], 1
    item = (mx.nd.zeros((9, 9, 3)), {"bbox": (1, 2, 8, 9), "joints_3d": joints}, 0)
    (true,) = true_of(item, "pose", ("arrow",)).objects
    assert true.joints[:2] == ((5, 6, True), (7, 8, True))
    assert not true.joints[2][2]
    assert true.box == (1, 2, 8, 9)
