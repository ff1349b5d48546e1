"""What stands inside a SymbolBlock: its BatchNorms, read from the symbol's own graph."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mxnet.gluon import Block, SymbolBlock

TRUE = ("True", "1", "true")
"""How a symbol's attribute says yes."""


@dataclass(frozen=True, slots=True)
class BatchNormNode:
    """One BatchNorm of a symbol: its node's name, the prefixed names of its parameters, and
    the attributes that decide what moves. MXNet fixes gamma at 1 unless told otherwise."""

    name: str
    gamma: str
    mean: str
    variance: str
    fix_gamma: bool
    use_global_stats: bool


def batch_norms(block: SymbolBlock) -> list[BatchNormNode]:
    """The BatchNorm nodes of a SymbolBlock, in the graph's order."""
    nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
    found = []
    for node in nodes:
        if not node["op"].endswith(("BatchNorm", "BatchNormWithReLU")):
            continue
        attributes = node.get("attrs", {})
        inputs = [nodes[source[0]]["name"] for source in node["inputs"]]
        found.append(
            BatchNormNode(
                name=node["name"],
                gamma=inputs[1],
                mean=inputs[3],
                variance=inputs[4],
                fix_gamma=attributes.get("fix_gamma", "True") in TRUE,
                use_global_stats=attributes.get("use_global_stats", "False") in TRUE,
            )
        )
    return found


def dropouts(block: SymbolBlock) -> dict[str, float]:
    """The rate of each Dropout node of a SymbolBlock, by the node's name."""
    nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
    return {
        node["name"]: float(node.get("attrs", {}).get("p", 0.5))
        for node in nodes
        if node["op"] == "Dropout"
    }


def pin_fixed_gammas(net: Block) -> None:
    """Set every gamma that MXNet fixes at 1 to that 1.

    The operator reads 1 whatever the array holds, and writes it there in its first training
    pass: left alone, a frozen gamma would seem to move. SSD's expansion layers have such ones.
    """

    def visit(block: Block) -> None:
        if isinstance(block, SymbolBlock):
            for node in batch_norms(block):
                gamma = block.params._params.get(node.gamma)
                if node.fix_gamma and gamma is not None and gamma._data is not None:
                    gamma.set_data(gamma.data(gamma.list_ctx()[0]) * 0 + 1)

    net.apply(visit)
