from __future__ import annotations

from pathlib import Path

import msgspec

from tests.model.models import tree
from tui.model.description import ModelInfo
from tui.model.families import find_roles
from tui.model.stages import find_stages
from tui.model.tree import ModelTree

DESCRIPTIONS = Path(__file__).parent.parent / "descriptions"


def titles(made: ModelTree) -> list[str]:
    return [stage.title for stage in find_stages(made, find_roles(made))]


def norm(path: str) -> list[str]:
    return [f"{path}.{last}" for last in ("gamma", "beta", "running_mean", "running_var")]


def test_blocks_of_blocks_behind_a_stem() -> None:
    made = tree(
        "features.0.weight",
        *norm("features.1"),
        "features.4.0.body.weight",
        "features.5.0.body.weight",
        *norm("features.6"),
        "output.weight",
        empty=("features.2", "features.3"),
    )
    assert titles(made) == [
        "features.0 to features.1",
        "features.4",
        "features.5 to features.6",
    ]


def test_blocks_at_the_top() -> None:
    made = tree(
        "conv1.weight", *norm("bn1"), "layer1.0.weight", "layer2.0.weight", "fc.weight", "fc.bias"
    )
    assert titles(made) == ["conv1 to bn1", "layer1", "layer2"]


def test_a_flat_row_of_layers() -> None:
    made = tree(
        "features.0.weight", *norm("features.1"), "features.3.weight", "features.3.bias", "output.w"
    )
    assert titles(made) == ["features.0 to features.1", "features.3"]


def test_a_row_of_rows_is_opened() -> None:
    made = tree(
        *("features.0.weight", "features.1.0.conv.weight", "features.2.0.conv.weight"),
        *("top_features.0.0.conv.weight", "rpn.weight", "class_predictor.weight"),
        root="FasterRCNN",
        classes=dict.fromkeys(
            ("features", "features.1", "features.2", "top_features", "top_features.0"),
            "HybridSequential",
        ),
    )
    assert titles(made) == ["features.0", "features.1", "features.2", "top_features.0"]


def test_a_side_path_belongs_to_its_stage() -> None:
    made = tree(
        "features.r_conv0_weight",
        "features.r_layers1_conv_weight",
        "features.r_down1_conv_weight",
        "features.P2_lat_weight",
        "features.P2_conv_weight",
        "rpn.weight",
        groups=(
            *("features.r", "features.r_conv0", "features.r_layers1", "features.r_layers1_conv"),
            *("features.r_down1", "features.r_down1_conv"),
            *("features.P2", "features.P2_lat", "features.P2_conv"),
        ),
        root="FasterRCNN",
        classes={"features": "FPNFeatureExpander"},
    )
    assert titles(made) == [
        "features.r_conv0",
        "features.r_layers1 to features.r_down1",
        "features.P2",
    ]


def test_of_a_real_detector_each_trunk_parameter_is_in_one_stage() -> None:
    made = ModelTree(
        msgspec.json.decode(
            (DESCRIPTIONS / "ssd_512_mobilenet1.0_custom.json").read_bytes(), type=ModelInfo
        )
    )
    stages = find_stages(made, find_roles(made))
    # 27 convolutions of the mobilenet, then the transitions and four expansions.
    assert len(stages) == 32
    assert stages[0].paths == ("features.mobilenet0_conv0", "features.mobilenet0_batchnorm0")
    reached = [
        index
        for stage in stages
        for path in stage.paths
        for index in made.under(made.index_of[path])
        if made.parameters[index].can_train
    ]
    trunk = made.under(made.index_of["features"])
    assert sorted(reached) == sorted(i for i in trunk if made.parameters[i].can_train)


def test_no_trunk() -> None:
    assert titles(tree("weight")) == []
