"""Which blocks of a model are its trunk, neck and head: one row a family.

A family is told by the class names of the network and its bases; the rest is where GluonCV's
own classes keep their parts. A model of no known family is read by the names that people give
to last layers (`output`, `fc`, …), and a plain sequence by its last block with parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tui.model.tree import ModelTree

Role = Literal["trunk", "neck", "head"]
ROLES: tuple[Role, ...] = ("trunk", "neck", "head")


@dataclass(frozen=True, slots=True)
class Family:
    """A row of the table. The patterns match whole structure paths of blocks."""

    name: str
    classes: tuple[str, ...]
    trunk: str
    head: str
    neck: str = ""


FAMILIES: tuple[Family, ...] = (
    Family("SSD", ("SSD",), "features", "class_predictors|box_predictors"),
    Family(
        "YOLOv3", ("YOLOV3",), "stages", r"yolo_outputs\.\d+\.prediction", "transitions|yolo_blocks"
    ),
    Family("CenterNet", ("CenterNet",), "base_network", "heads"),
    Family(
        "Mask R-CNN",
        ("MaskRCNN",),
        "features|top_features",
        "rpn|box_features|class_features|newbox_features|class_predictor|box_predictor|mask",
    ),
    Family(
        "Faster R-CNN",
        ("FasterRCNN", "DoubleHeadRCNN", "RCNN"),
        "features|top_features",
        "rpn|box_features|class_features|newbox_features|class_predictor|box_predictor",
    ),
    Family("SimplePose", ("SimplePoseResNet",), "resnet", "final_layer", "deconv_layers"),
    Family(
        "segmentation",
        ("SegBaseModel", "FCN", "PSPNet", "DeepLabV3", "DeepLabV3Plus"),
        r"conv1|bn1|layer\d",
        "head|auxlayer|auxiliary",
        r"conv_sub\d|psp_head",
    ),
    Family(
        "FastSCNN",
        ("FastSCNN",),
        "learning_to_downsample|global_feature_extractor",
        "classifier|auxlayer",
        "feature_fusion",
    ),
)

_HEAD_NAMES = re.compile(
    r"output|out|fc|classifier|logits?|head|heads|final_layer|prediction|last_linear"
    r"|(\w+_)?predictors?"
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The structure paths of the blocks of each role, outermost blocks only."""

    family: str
    trunk: tuple[str, ...]
    neck: tuple[str, ...]
    head: tuple[str, ...]

    def paths(self, role: Role) -> tuple[str, ...]:
        """The blocks of a role."""
        return {"trunk": self.trunk, "neck": self.neck, "head": self.head}[role]

    def role_of(self, path: str) -> Role | None:
        """The role of the block or parameter at a structure path, or of what it lies in."""
        for role in ROLES:
            if any(path == p or path.startswith(p + ".") for p in self.paths(role)):
                return role
        return None


def find_roles(tree: ModelTree) -> Roles:
    """The roles of a model's blocks; all empty where nothing tells the last layers."""
    classes = {tree.model.class_name, *tree.model.base_classes}
    for family in FAMILIES:
        if classes.intersection(family.classes):
            return Roles(
                family.name,
                _outermost(tree, family.trunk),
                _outermost(tree, family.neck),
                _outermost(tree, family.head),
            )
    return _by_names(tree)


def _by_names(tree: ModelTree) -> Roles:
    blocks = _trainable_blocks(tree, 0) if tree.nodes else []
    # A block that holds nothing but one other says nothing: `self.net = resnet50_v1()`.
    while len(blocks) == 1 and not _is_head(tree, blocks[0]):
        inner = _trainable_blocks(tree, blocks[0])
        if not inner:
            break
        blocks = inner
    head = [block for block in blocks if _is_head(tree, block)]
    # Where nothing has a telling name, the last block that can train is the last layer. It may
    # itself only end in the output layer; structure alone cannot tell, so the whole of it counts.
    if not head and len(blocks) > 1:
        head = blocks[-1:]
    return Roles(
        "classification" if head else "unknown",
        tuple(tree.nodes.paths[block] for block in blocks if block not in head),
        (),
        tuple(tree.nodes.paths[block] for block in head),
    )


def _trainable_blocks(tree: ModelTree, node: int) -> list[int]:
    return [
        child
        for child in tree.children(node)
        if tree.nodes.blocks[child] >= 0 and tree.could_train(child)
    ]


def _is_head(tree: ModelTree, node: int) -> bool:
    return _HEAD_NAMES.fullmatch(tree.nodes.label(node)) is not None


def _outermost(tree: ModelTree, pattern: str) -> tuple[str, ...]:
    if not pattern:
        return ()
    compiled = re.compile(pattern)
    found: list[str] = []
    behind = 0
    for index in tree.block_nodes:
        path, end = tree.nodes.paths[index], tree.nodes.ends[index]
        holds_any = tree.places_below[end] > tree.places_below[index]
        if index >= behind and path and compiled.fullmatch(path) and holds_any:
            found.append(path)
            behind = end
    return tuple(found)
