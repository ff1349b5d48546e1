"""What a script, or a plan, has left of a network: all that a snippet has to bring about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui.model.tree import ModelTree


@dataclass(frozen=True)
class Left:
    """By structure name: whether each parameter trains, its multipliers (but for constants), and
    the statistics that stand still. By block: the rates of dropout."""

    requests: dict[str, str]
    multipliers: dict[str, tuple[float, float]]
    fixed: frozenset[str]
    rates: dict[str, tuple[float, ...]]


def left_of(net: Any, tree: ModelTree) -> Left:
    """What is left of a network."""
    places = net._collect_params_with_prefix()
    return Left(
        requests={
            name: "null" if one.grad_req == "null" else "write"
            for name, one in places.items()
            if not _is_fixed(tree, name)
        },
        multipliers={
            name: (one.lr_mult, one.wd_mult)
            for name, one in places.items()
            if tree.parameters[tree.parameter_of[name]].kind != "constant"
        },
        fixed=frozenset(fixed_statistics(net)),
        rates=dict(_rates(net, "")),
    )


def _is_fixed(tree: ModelTree, name: str) -> bool:
    """A gamma that MXNet fixes at 1 inside a symbol can be asked for a gradient, and gets none:
    that it is asked is neither here nor there."""
    one = tree.parameters[tree.parameter_of[name]]
    return one.kind == "constant" and one.grad_req != "null"


def fixed_statistics(net: Any) -> set[str]:
    """The structure names of the running statistics that stand still: of a layer that shares them
    with others, those under its own place."""
    from mxnet.gluon import SymbolBlock
    from mxnet.gluon.nn.basic_layers import _BatchNorm

    fixed: set[str] = set()

    def visit(block: Any, path: str) -> None:
        keys = set()
        if isinstance(block, _BatchNorm) and block._kwargs["use_global_stats"]:
            keys.update(("running_mean", "running_var"))
        if isinstance(block, SymbolBlock):
            nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
            for node in nodes:
                if node.get("attrs", {}).get("use_global_stats") in ("True", "1"):
                    names = {nodes[i[0]]["name"] for i in node["inputs"][3:5]}
                    keys.update(k for k, p in block._reg_params.items() if p.name in names)
        fixed.update(f"{path}{key}" for key in keys)
        for key, child in block._children.items():
            visit(child, f"{path}{key}.")

    visit(net, "")
    return fixed


def _rates(block: Any, path: str) -> Any:
    from mxnet.gluon import SymbolBlock
    from mxnet.gluon.nn import Dropout

    if isinstance(block, Dropout):
        yield path, (block._rate,)
    if isinstance(block, SymbolBlock):
        nodes = json.loads(block._cached_graph[1].tojson())["nodes"]
        yield path, tuple(float(n["attrs"]["p"]) for n in nodes if n["op"] == "Dropout")
    for key, child in block._children.items():
        yield from _rates(child, f"{path}.{key}")
