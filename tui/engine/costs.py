"""Output shapes and multiply-adds of every block, from one forward pass of one picture.

Convolutions, transposed convolutions and dense layers are counted as torchinfo counts them:
output positions times the values of the weight that each needs, a bias as one more. Blocks
without weights count as nothing; a block with weights of any other kind counts one multiply-add
a value of its parameters and output position, as torchinfo does for normalisation, or is named as
not counted. Inside a SymbolBlock the nodes of its graph are counted.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
from mxnet import autograd
from mxnet.gluon import Block, HybridBlock, SymbolBlock, nn
from mxnet.gluon.nn.basic_layers import _BatchNorm
from mxnet.gluon.nn.conv_layers import _Conv

from tui.engine.freezing import drop_traces
from tui.engine.refusal import Refusal, in_one_line
from tui.runs.inspection import BlockCost, Costs

Shape = tuple[int, ...]

_NORMS = (_BatchNorm, nn.LayerNorm, nn.InstanceNorm, nn.GroupNorm)


@dataclass
class _Seen:
    outputs: tuple[Shape, ...] = ()
    own: int = 0
    counted: bool = True
    calls: int = field(default=0)


def count_costs(net: Block, input_size: tuple[int, int], ctx: mx.Context) -> Costs:
    """Send one picture of zeros, 1×3×height×width, through a network and count.

    Raises:
        Refusal: the network does not take such a picture.
    """
    waiting = {
        name: parameter
        for name, parameter in net._collect_params_with_prefix().items()
        if parameter.shape is None or 0 in parameter.shape or -1 in parameter.shape
    }
    paths = _paths(net)
    seen: dict[str, _Seen] = {path: _Seen() for path in paths}
    hooks = []
    hybrid = [block for block in paths.values() if isinstance(block, HybridBlock)]
    active = [block for block in hybrid if block._active]
    for block in active:
        block._active = False
    for path, block in paths.items():
        hooks.append(block.register_forward_hook(_watch(seen[path])))
    try:
        with autograd.pause():
            out = net(mx.nd.zeros((1, 3, *input_size), ctx=ctx))
        mx.nd.waitall()
    except Exception as error:
        raise Refusal(
            f"one picture of {input_size[0]}×{input_size[1]} does not go through: "
            f"{in_one_line(error)}; try another --input-size"
        ) from error
    finally:
        for hook in hooks:
            hook.detach()
        for block in active:
            block._active = True
        drop_traces(net)
    del out
    return _summed(paths, seen, input_size, waiting)


def _summed(
    paths: dict[str, Block],
    seen: dict[str, _Seen],
    input_size: tuple[int, int],
    waiting: dict[str, Any],
) -> Costs:
    total: dict[str, int] = {path: one.own for path, one in seen.items()}
    whole: dict[str, bool] = {path: one.counted for path, one in seen.items()}
    for path in sorted(paths, key=lambda path: path.count(".") + bool(path), reverse=True):
        if path:
            above = path.rpartition(".")[0]
            total[above] += total[path]
            whole[above] &= whole[path]
    uncounted = sorted(
        {type(paths[path]).__name__ for path, one in seen.items() if not one.counted}
    )
    return Costs(
        input_size=input_size,
        blocks=tuple(
            BlockCost(path, seen[path].outputs, total[path], whole[path]) for path in paths
        ),
        multiply_adds=total[""],
        uncounted=tuple(uncounted),
        shapes={
            name: tuple(parameter.shape)
            for name, parameter in waiting.items()
            if parameter.shape is not None and all(size > 0 for size in parameter.shape)
        },
    )


def _paths(net: Block) -> dict[str, Block]:
    found: dict[str, Block] = {}
    stack = [("", net)]
    while stack:
        path, block = stack.pop()
        found[path] = block
        for key, child in reversed(block._children.items()):
            stack.append((f"{path}.{key}" if path else key, child))
    return found


def _watch(one: _Seen) -> Callable[[Block, Any, Any], None]:
    def hook(block: Block, inputs: Any, outputs: Any) -> None:
        one.outputs = tuple(_shapes(outputs))
        amount = _multiply_adds(block, inputs, one.outputs)
        one.counted &= amount is not None
        # A shared block that is called twice costs twice.
        one.own += amount or 0
        one.calls += 1

    return hook


def _shapes(outputs: Any) -> list[Shape]:
    if isinstance(outputs, mx.nd.NDArray):
        return [tuple(outputs.shape)]
    if isinstance(outputs, (list, tuple)):
        return [shape for item in outputs for shape in _shapes(item)]
    return []


def _multiply_adds(block: Block, inputs: Any, outputs: tuple[Shape, ...]) -> int | None:
    if isinstance(block, SymbolBlock):
        return _of_symbol(block, inputs)
    own = [
        parameter
        for parameter in block._reg_params.values()
        if parameter.grad_req != "null" or parameter._differentiable
    ]
    own = [parameter for parameter in own if not isinstance(parameter, mx.gluon.Constant)]
    if not own:
        return 0
    if not outputs:
        return None
    if isinstance(block, _Conv):
        weight = block.weight.shape
        transposed = block._op_name == "Deconvolution"
        positions = math.prod((_shapes(inputs[0]) if transposed else [outputs[0]])[0][2:])
        batch = outputs[0][0]
        bias = math.prod(outputs[0][1:]) if block.bias is not None else 0
        return batch * (positions * math.prod(weight) + bias)
    if isinstance(block, nn.Dense):
        rows = math.prod(outputs[0][:-1])
        return rows * (math.prod(block.weight.shape) + (block.bias is not None) * block._units)
    if isinstance(block, (*_NORMS, nn.PReLU)):
        return outputs[0][0] * sum(math.prod(parameter.shape) for parameter in own)
    return None


def _of_symbol(block: SymbolBlock, inputs: Any) -> int | None:
    symbol = block._cached_graph[1]
    nodes = json.loads(symbol.tojson())["nodes"]
    internals = symbol.get_internals()
    given = {
        variable.name: shape
        for variable, shape in zip(block._cached_graph[0], _shapes(list(inputs)), strict=False)
    }
    _, shapes, _ = internals.infer_shape_partial(**given)
    by_name = dict(zip(internals.list_outputs(), shapes, strict=True))
    total = 0
    for node in nodes:
        weight = next((by_name.get(nodes[i[0]]["name"]) for i in node["inputs"][1:2]), None)
        out = by_name.get(f"{node['name']}_output")
        if node["op"] not in ("Convolution", "Deconvolution", "FullyConnected"):
            if node["op"].endswith("BatchNorm") and out:
                total += 2 * out[1]
            continue
        if not weight or not out:
            return None
        no_bias = ast.literal_eval(node.get("attrs", {}).get("no_bias", "False"))
        if node["op"] == "FullyConnected":
            total += math.prod(out[:-1]) * (math.prod(weight) + (not no_bias) * out[-1])
            continue
        source = nodes[node["inputs"][0][0]]["name"]
        before = by_name.get(source) or by_name.get(f"{source}_output") or out
        positions = math.prod((before if node["op"] == "Deconvolution" else out)[2:])
        total += out[0] * (positions * math.prod(weight) + (not no_bias) * math.prod(out[1:]))
    return total
