"""The stages of a trunk, from the picture to the head: what is thawed a few at a time.

A stage is a block that holds blocks (`layer3`, `features.stage2`); in a trunk that is one flat
row of layers it is a convolution with its norm. What stands before the first block of blocks is
the stem, one stage. Pure: the tree and the roles decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tui.model.block_code import SEQUENCES
from tui.model.families import Roles
from tui.model.tree import ModelTree

FEW = 2
"""Parts of a group of names that are one stage together: the two convolutions of an FPN level."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, by the structure paths of its blocks and parameters, in order."""

    paths: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its name on the screen: `layer4`, `features.0 to features.3`."""
        if len(self.paths) == 1:
            return self.paths[0]
        return f"{self.paths[0]} to {self.paths[-1]}"


def find_stages(tree: ModelTree, roles: Roles) -> tuple[Stage, ...]:
    """The stages of the trunk, the one nearest to the picture first. Parts that cannot train
    belong to none."""
    nodes = [tree.index_of[path] for path in roles.trunk]
    # A block that holds nothing but one other says nothing.
    while len(nodes) == 1 and (inner := _parts(tree, nodes[0])):
        nodes = inner
    nodes = [part for node in nodes for part in _opened(tree, node)]
    stages: list[list[int]] = []
    rows = groupby(nodes, key=lambda node: tree.nodes[node].parent)
    for row in (list(row) for _, row in rows):
        deep = [_holds_blocks(tree, node) for node in row]
        stem = deep.index(True) if True in deep else 0
        for place, node in enumerate(row):
            goes_on = 0 < place < stem or (not deep[place] and _follows(tree, node))
            if stages and (goes_on or _is_side_path(tree, node)):
                stages[-1].append(node)
            else:
                stages.append([node])
    return tuple(Stage(tuple(tree.nodes[node].path for node in stage)) for stage in stages)


def _parts(tree: ModelTree, node: int) -> list[int]:
    """The blocks and parameters right in a block that hold anything that can train; none where
    it is a layer, which has no parts that one would thaw by themselves."""
    return list(_trainable(tree, node)) if _holds_blocks(tree, node) else []


def _opened(tree: ModelTree, node: int) -> Iterator[int]:
    """A node, or its parts where it is a row of stages itself: a sequence of sequences, as
    `features` of a Faster R-CNN; the groups of names inside a SymbolBlock."""
    here = tree.nodes[node]
    if not _holds_blocks(tree, node):
        yield node
        return
    inner = list(_trainable(tree, node))
    if tree.block_info(node).kind == "group":
        # Only one level deep: `resnetv10` is opened, its `stage1` is a stage.
        above = tree.block_info(here.parent)
        opens = above.kind != "group" and above.form == "symbol" and len(inner) > FEW
        yield from inner if opens else [node]
        return
    sequences = [part for part in inner if _is_sequence(tree, part)]
    if _is_sequence(tree, node) and sequences:
        others = (part for part in inner if part not in sequences)
        if not any(_holds_blocks(tree, part) for part in others):
            for part in inner:
                yield from _opened(tree, part)
            return
    yield node


def _trainable(tree: ModelTree, node: int) -> Iterator[int]:
    for child in tree.children(node):
        if any(tree.parameters[index].can_train for index in tree.under(child)):
            yield child


def _holds_blocks(tree: ModelTree, node: int) -> bool:
    return any(tree.nodes[child].is_block for child in _trainable(tree, node))


def _is_sequence(tree: ModelTree, node: int) -> bool:
    return tree.nodes[node].is_block and tree.block_info(node).class_name in SEQUENCES


def _follows(tree: ModelTree, node: int) -> bool:
    """Whether a layer belongs to the one before it: a norm, or a parameter other than a weight."""
    return not any(
        tree.nodes[place].label.endswith("weight")
        for place in range(node, tree.nodes[node].end)
        if tree.nodes[place].parameter >= 0
    )


def _is_side_path(tree: ModelTree, node: int) -> bool:
    """Whether it is the down-sampling beside a residual stage, as the symbols of GluonCV's own
    resnets name it (`resnetv1b_down3` behind `resnetv1b_layers3`)."""
    return re.search(r"(^|_)down\d$", tree.nodes[node].label) is not None
