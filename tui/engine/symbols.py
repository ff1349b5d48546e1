"""What stands inside a SymbolBlock: its BatchNorms, read from the symbol's own graph."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from mxnet.gluon import Block, SymbolBlock

TRUE = ("True", "1", "true")
"""How a symbol's attribute says yes."""

BATCH_NORM = ("BatchNorm", "BatchNormWithReLU")
"""How the names of its operators end."""

DROPOUT = ("Dropout",)


@dataclass(frozen=True, slots=True)
class BatchNormNode:
    """One BatchNorm of a symbol: the prefixed names of its parameters, and the attributes that
    decide what moves. MXNet fixes gamma at 1 unless told otherwise."""

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
        if not node["op"].endswith(BATCH_NORM):
            continue
        attributes = node.get("attrs", {})
        inputs = [nodes[source[0]]["name"] for source in node["inputs"]]
        found.append(
            BatchNormNode(
                gamma=inputs[1],
                mean=inputs[3],
                variance=inputs[4],
                fix_gamma=attributes.get("fix_gamma", "True") in TRUE,
                use_global_stats=attributes.get("use_global_stats", "False") in TRUE,
            )
        )
    return found


def dropouts(block: SymbolBlock) -> tuple[float, ...]:
    """The rate of each Dropout node of a SymbolBlock, in the graph's order."""
    nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
    return tuple(
        float(node.get("attrs", {}).get("p", 0.5)) for node in nodes if node["op"].endswith(DROPOUT)
    )


def set_attribute(
    block: SymbolBlock, operator: tuple[str, ...], key: str, values: Iterable[object]
) -> None:
    """Set an attribute of all nodes of an operator in a SymbolBlock, one value for each, in the
    graph's order. A layer that is used twice is two nodes of one name, which MXNet looks up
    neither of: they go by their places. Traces are stale afterwards."""
    internals = block._cached_graph[1].get_internals()
    graph = json.loads(internals.tojson())
    # A node with several outputs stands there once for each.
    place_of = {node: place for place, (node, *_) in enumerate(graph["heads"])}
    nodes = (n for n, node in enumerate(graph["nodes"]) if node["op"].endswith(operator))
    for node, value in zip(nodes, values, strict=True):
        internals[place_of[node]]._set_attr(**{key: str(value)})


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
