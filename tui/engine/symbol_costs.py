"""Multiply-adds and output shapes inside a SymbolBlock, read from its graph's nodes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mxnet as mx
from mxnet.gluon import SymbolBlock

from tui.engine.layer_costs import Shape, contraction
from tui.engine.symbols import TRUE

_CHANNELS = {
    "Convolution": "num_filter",
    "_contrib_DeformableConvolution": "num_filter",
    "FullyConnected": "num_hidden",
}
_ONCE_A_SAMPLE = ("Norm", "NormWithReLU", "Embedding", "LeakyReLU")
_ELEMENTWISE = ("broadcast_", "elemwise_", "_mul", "_plus")
_CONTRACTIONS = ("dot", "batch_dot", "linalg_gemm", "linalg_gemm2", "_linalg_gemm", "_linalg_gemm2")


@dataclass(frozen=True, slots=True)
class NodeCost:
    """One operator. `weights` are the prefixed names of the parameters that it reads;
    `multiply_adds` is None where its kind is not counted."""

    name: str
    op: str
    output: Shape | None
    weights: tuple[str, ...]
    multiply_adds: int | None


@dataclass(frozen=True, slots=True)
class _Graph:
    nodes: list[dict[str, Any]]
    shapes: Mapping[str, Shape]
    auxiliary: frozenset[str]
    inputs: frozenset[str]

    def shape(self, source: Sequence[int]) -> Shape | None:
        node, output = self.nodes[source[0]], source[1]
        name = node["name"]
        if node["op"] == "null":
            return self.shapes.get(name)
        return self.shapes.get(f"{name}_output") or self.shapes.get(f"{name}_output{output}")

    def is_weight(self, source: Sequence[int]) -> bool:
        node = self.nodes[source[0]]
        name = node["name"]
        return node["op"] == "null" and name not in self.auxiliary and name not in self.inputs


def node_costs(block: SymbolBlock, inputs: Sequence[Shape]) -> list[NodeCost]:
    """The operators of a SymbolBlock for inputs of these shapes, in the graph's order.

    Counted by the rules of `layer_costs`; an operator that multiplies matrices without weights
    (`batch_dot`), or has weights and is of another kind, is not counted.
    """
    variables, symbol = block._cached_graph
    internals = symbol.get_internals()
    given = {
        variable.name: shape for variable, shape in zip(variables, inputs, strict=False) if shape
    }
    _, shapes, _ = internals.infer_shape_partial(**given)
    constants = {
        name
        for name, parameter in block.params._params.items()
        if isinstance(parameter, mx.gluon.Constant)
    }
    graph = _Graph(
        nodes=json.loads(symbol.tojson())["nodes"],
        shapes={
            name: tuple(shape)
            for name, shape in zip(internals.list_outputs(), shapes, strict=True)
            if shape and 0 not in shape
        },
        auxiliary=frozenset(symbol.list_auxiliary_states()) | constants,
        inputs=frozenset(variable.name for variable in variables),
    )
    return [
        NodeCost(
            name=node["name"],
            op=node["op"],
            output=graph.shape((place, 0)),
            weights=tuple(
                graph.nodes[source[0]]["name"]
                for source in node["inputs"]
                if graph.is_weight(source)
            ),
            multiply_adds=_of_node(node, place, graph),
        )
        for place, node in enumerate(graph.nodes)
        if node["op"] != "null"
    ]


def _of_node(node: dict[str, Any], place: int, graph: _Graph) -> int | None:
    op, attributes = node["op"], node.get("attrs", {})
    weights = [source for source in node["inputs"] if graph.is_weight(source)]
    # Of a norm whose gamma is fixed at 1 nothing is multiplied: MXNet fixes it unless told not to.
    if "BatchNorm" in op and attributes.get("fix_gamma", "True") in TRUE:
        weights = [source for source in weights if source is not node["inputs"][1]]
    if op in _CONTRACTIONS:
        return None
    if not weights:
        return 0
    shapes = [graph.shape(source) for source in weights]
    out, first = graph.shape((place, 0)), graph.shape(node["inputs"][0])
    if out is None or any(shape is None for shape in shapes):
        return None
    values = sum(math.prod(shape) for shape in shapes if shape)
    if op in _CHANNELS:
        return contraction(math.prod(out), int(attributes[_CHANNELS[op]]), values)
    if op == "Deconvolution" and first is not None and shapes[0] is not None:
        bias = math.prod(out) if len(weights) > 1 else 0
        return contraction(math.prod(first), shapes[0][0], math.prod(shapes[0])) + bias
    if op == "RNN":
        return math.prod(out[:2]) * values
    if op.endswith(_ONCE_A_SAMPLE) or op.startswith(_ELEMENTWISE):
        return out[0] * values
    return None
