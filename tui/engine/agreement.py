"""Holds a description of a network against MXNet's own word on it: `collect_params()`."""

from __future__ import annotations

from collections import Counter

import numpy as np
from mxnet.gluon import Block, Constant, SymbolBlock

from tui.model.description import ModelInfo
from tui.model.states import State
from tui.model.tree import ModelTree


def disagreements(net: Block, model: ModelInfo) -> list[str]:
    """What a network's tree says otherwise than the network, one line each; none is right.

    Every parameter of `collect_params()` has to be there once, with its shape, dtype and state;
    every structure name has to be one row, of the parameter that has it.
    """
    tree = ModelTree(model)
    real = dict(net.collect_params().items())
    auxiliary = _auxiliary(net)
    found = [
        f"{name} stands there {count} times"
        for name, count in Counter(info.name for info in tree.parameters).items()
        if count > 1
    ]
    told = {info.name: index for index, info in enumerate(tree.parameters)}
    found += [f"{name} is missing" for name in real.keys() - told.keys()]
    found += [f"{name} is none of the network's" for name in told.keys() - real.keys()]
    for name in real.keys() & told.keys():
        parameter, info = real[name], tree.parameters[told[name]]
        shape = parameter.shape and tuple(max(0, size) for size in parameter.shape)
        if info.shape != shape:
            found.append(f"{name} has the shape {shape}, not {info.shape}")
        if info.dtype != _dtype(parameter.dtype):
            found.append(f"{name} is {_dtype(parameter.dtype)}, not {info.dtype}")
        wanted = (
            State.AUXILIARY
            if isinstance(parameter, Constant) or not parameter._differentiable or name in auxiliary
            else State.FROZEN
            if parameter.grad_req == "null"
            else State.TRAINABLE
        )
        if tree.built_states[told[name]] is not wanted:
            found.append(f"{name} is {wanted.word}, not {tree.built_states[told[name]].word}")

    rows = Counter(node.path for node in tree.nodes if not node.is_block)
    found += [f"{path} is {count} rows" for path, count in rows.items() if count > 1]
    places = net._collect_params_with_prefix()
    for path, parameter in places.items():
        if path not in rows:
            found.append(f"{path} is no row")
        elif tree.parameters[tree.parameter_of[path]].name != parameter.name:
            found.append(f"{path} is {parameter.name}")
    # What a block holds without an attribute has no structure name of MXNet's.
    named = {parameter.name for parameter in places.values()}
    found += [
        f"{path} is no place of the network's"
        for path in rows
        if path not in places and tree.parameters[tree.parameter_of[path]].name in named
    ]
    return found


def _auxiliary(net: Block) -> set[str]:
    """What cannot train inside SymbolBlocks, by the word of their symbols."""
    found: set[str] = set()

    def visit(block: Block) -> None:
        if not isinstance(block, SymbolBlock):
            return
        symbol = block._cached_graph[1]
        moving = set(symbol.list_auxiliary_states())
        found.update(moving)
        attributes = symbol.attr_dict()
        for node in symbol.get_internals():
            inputs = node.get_children()
            # A BatchNorm: data, gamma, beta, and the two statistics. Its gamma is fixed at 1
            # unless it says otherwise.
            if (
                inputs is not None
                and len(inputs) == 5
                and {inputs[3].name, inputs[4].name} <= moving
                and attributes.get(node.name, {}).get("fix_gamma", "True") in ("True", "1", "true")
            ):
                found.add(inputs[1].name)

    net.apply(visit)
    return found


def _dtype(dtype: object) -> str:
    return str(np.dtype(dtype).name)
