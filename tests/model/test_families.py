from __future__ import annotations

import pytest

from tests.model.models import parameter, tree
from tui.model.families import find_roles
from tui.model.tree import ModelTree

Expected = dict[str, tuple[str, ...]]


@pytest.mark.parametrize(
    ("bases", "names", "family", "expected"),
    [
        (
            ("SSD", "HybridBlock"),
            ["features.conv0_weight", "class_predictors.0.weight", "box_predictors.0.weight"],
            "SSD",
            {"trunk": ("features",), "head": ("class_predictors", "box_predictors")},
        ),
        (
            ("YOLOV3",),
            [
                "stages.0.weight",
                "transitions.0.weight",
                "yolo_blocks.0.body.weight",
                "yolo_outputs.0.prediction.weight",
                "yolo_outputs.0.prediction.bias",
                "yolo_outputs.1.prediction.weight",
            ],
            "YOLOv3",
            {
                "trunk": ("stages",),
                "neck": ("transitions", "yolo_blocks"),
                "head": ("yolo_outputs.0.prediction", "yolo_outputs.1.prediction"),
            },
        ),
        (
            ("CenterNet",),
            ["base_network.base_network.0.weight", "heads.0.0.weight", "heads.2.2.bias"],
            "CenterNet",
            {"trunk": ("base_network",), "head": ("heads",)},
        ),
        (
            ("FasterRCNN", "RCNN"),
            [
                "features.0.weight",
                "top_features.0.weight",
                "rpn.conv1.weight",
                "class_predictor.weight",
                "box_predictor.weight",
            ],
            "Faster R-CNN",
            {
                "trunk": ("features", "top_features"),
                "head": ("rpn", "class_predictor", "box_predictor"),
            },
        ),
        (
            ("MaskRCNN", "FasterRCNN", "RCNN"),
            [
                "features.w",
                "box_features.w",
                "rpn.w",
                "class_predictor.w",
                "box_predictor.w",
                "mask.deconv.w",
            ],
            "Mask R-CNN",
            {
                "trunk": ("features",),
                "head": ("box_features", "rpn", "class_predictor", "box_predictor", "mask"),
            },
        ),
        (
            ("SimplePoseResNet",),
            ["resnet.0.weight", "deconv_layers.0.weight", "final_layer.weight"],
            "SimplePose",
            {"trunk": ("resnet",), "neck": ("deconv_layers",), "head": ("final_layer",)},
        ),
        (
            ("DeepLabV3", "SegBaseModel"),
            ["conv1.0.weight", "bn1.gamma", "layer1.0.w", "layer4.0.w", "head.w", "auxlayer.w"],
            "segmentation",
            {
                "trunk": ("conv1", "bn1", "layer1", "layer4"),
                "head": ("head", "auxlayer"),
            },
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_each_row_of_the_table(
    bases: tuple[str, ...], names: list[str], family: str, expected: Expected
) -> None:
    # A class of a user's own that derives from one of them is of the same family.
    for root in (bases[0], "MyOwn"):
        roles = find_roles(tree(*names, root=root, bases=bases))
        assert roles.family == family
        assert roles.trunk == expected["trunk"]
        assert roles.neck == expected.get("neck", ())
        assert roles.head == expected["head"]


@pytest.mark.parametrize(
    "last", ["output", "fc", "classifier", "out", "head", "logits", "class_predictor"]
)
def test_last_layers_by_name(last: str) -> None:
    made = tree("conv1.weight", "layer1.0.weight", f"{last}.weight", f"{last}.bias")
    roles = find_roles(made)
    assert (roles.family, roles.head) == ("classification", (last,))
    assert roles.trunk == ("conv1", "layer1")


def test_names_tell_wherever_they_stand() -> None:
    # googlenet: the last layer is also the last part of another block.
    made = tree("conv1.weight", parameter("head.2.weight", "output.weight"), "conv2.weight")
    assert find_roles(made).head == ("head", "output")


def test_a_plain_sequence_ends_in_its_last_layer_with_parameters() -> None:
    made = tree("0.weight", "1.gamma", "1.running_mean", "3.weight", "3.bias", empty=("4", "5"))
    roles = find_roles(made)
    assert roles.head == ("3",)
    assert roles.trunk == ("0", "1")


def test_a_last_layer_that_cannot_train_is_none() -> None:
    made = tree("0.weight", "1.weight", "2.running_mean", parameter("3.c", kind="constant"))
    assert find_roles(made).head == ("1",)


def test_a_block_around_the_network_says_nothing() -> None:
    made = tree("net.inner.features.0.weight", "net.inner.output.weight")
    roles = find_roles(made)
    assert roles.head == ("net.inner.output",)
    assert roles.trunk == ("net.inner.features",)


@pytest.mark.parametrize("names", [[], ["weight"], ["only.weight"], ["a.running_mean"]])
def test_nothing_tells(names: list[str]) -> None:
    roles = find_roles(tree(*names))
    assert (roles.family, roles.head) == ("unknown", ())


def test_groups_of_an_imported_symbol() -> None:
    made = tree(
        "conv0_weight", "bn0_gamma", "fc1_weight", "fc1_bias", groups=("conv0", "bn0", "fc1")
    )
    assert find_roles(made).head == ("fc1",)


def made_ssd() -> ModelTree:
    return tree(
        "features.a_weight", "class_predictors.0.weight", "box_predictors.0.weight", root="SSD"
    )


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("features", "trunk"),
        ("features.a_weight", "trunk"),
        ("class_predictors.0.weight", "head"),
        ("", None),
        ("features_other", None),
    ],
)
def test_role_of_a_path(path: str, role: str | None) -> None:
    assert find_roles(made_ssd()).role_of(path) == role
