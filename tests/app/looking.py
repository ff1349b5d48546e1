"""An app whose inspector tells of blocks and parameters, and counts."""

from __future__ import annotations

from collections.abc import Callable

from tests.app.stand_in_inspector import StandInInspector
from tui.app.app import ThawApp
from tui.model.tree import ModelTree
from tui.runs.inspection import (
    Answer,
    BlockCost,
    BlockFacts,
    Costs,
    CountCosts,
    LookAtBlock,
    LookAtParameter,
    Opened,
    ParameterFacts,
    ValueFacts,
)

VALUES = ValueFacts(
    count=864,
    low=-0.4,
    high=0.5,
    mean=0.01,
    std=0.15,
    norm=4.4,
    zeros=86,
    not_finite=0,
    counts=tuple(64 - (bin - 15) ** 2 // 4 for bin in range(32)),
)


def block_facts(question: LookAtBlock) -> BlockFacts:
    """What a block of Gluon's would be."""
    return BlockFacts(
        question.path,
        "Conv2D",
        "mxnet.gluon.nn.conv_layers",
        "2D convolution layer (e.g. spatial convolution over images).",
        "Conv2D(3 -> 32, kernel_size=(3, 3), stride=(1, 1))",
    )


def parameter_facts(question: LookAtParameter) -> ParameterFacts:
    """What a parameter would be."""
    return ParameterFacts(
        question.structure_name,
        "Xavier(magnitude=2)",
        0.5,
        0.0,
        VALUES if question.values else None,
    )


def costs_of(opened: Opened, **how: object) -> Callable[[CountCosts], Costs]:
    """A pass through a model where each value that can train is multiplied 100 times."""
    tree = ModelTree(opened.model)

    def count(question: CountCosts) -> Costs:
        blocks = tuple(
            BlockCost(
                node.path,
                ((1, 64, 112, 112),) if index else ((1, 10), (1, 4)),
                100
                * sum(tree.values[i] for i in tree.under(index) if tree.parameters[i].can_train),
                True,
            )
            for index, node in enumerate(tree.nodes)
            if node.is_block
        )
        fields = {"uncounted": (), "shapes": {}, **how}
        return Costs(question.input_size, blocks, blocks[0].multiply_adds, **fields)  # type: ignore[arg-type]

    return count


def looking_app(
    opened: Opened, **replies: Callable[..., Answer]
) -> tuple[ThawApp, StandInInspector]:
    """An app on a model, and its inspector. `block`, `parameter` and `costs` answer otherwise."""
    inspector = StandInInspector(opened)
    inspector.replies = {
        LookAtBlock: replies.get("block", block_facts),
        LookAtParameter: replies.get("parameter", parameter_facts),
        CountCosts: replies.get("costs", costs_of(opened)),
    }
    return ThawApp(opened.source, inspector=inspector), inspector
