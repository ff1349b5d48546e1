"""What a new run is made of."""

from __future__ import annotations

import pytest

from tests.app.models import layers, opened
from tui.model.source import ModelSource
from tui.runs.inspection import DataSummary
from tui.runs.new_run import named_by_data
from tui.runs.spec import Hyperparameters, RunSpec

FOLDERS = DataSummary("/data", "folder a class", 8, 2, "train / val", ("cat", "dog"), (4, 4))


@pytest.mark.parametrize(
    ("source", "recipe", "classes"),
    [
        (ModelSource("net.py:ConvNet"), "classification", ("cat", "dog")),
        (ModelSource("net-symbol.json"), "classification", ("cat", "dog")),
        (ModelSource("net.py:ConvNet", classes=("a", "b")), "classification", ("a", "b")),
        # With names a model of the zoo would get another class layer.
        (ModelSource("vision.resnet18_v1"), "classification", ()),
        (ModelSource("net.py:Pose"), "simple_pose", ()),
    ],
)
def test_a_classifier_of_ones_own_is_named_by_its_data(
    source: ModelSource, recipe: str, classes: tuple[str, ...]
) -> None:
    model = opened(layers("a"))
    spec = RunSpec(source, recipe, "/data", Hyperparameters())
    assert named_by_data(spec, model, FOLDERS).model.classes == classes
    assert named_by_data(spec, model, None) == spec
