"""What there is to say of one block or one parameter of a network."""

from __future__ import annotations

import inspect
import json

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, Parameter, SymbolBlock

from tui.engine.refusal import Refusal
from tui.runs.inspection import BlockFacts, ParameterFacts, ValueFacts

BINS = 32
"""Steps of a histogram."""
LONGEST = 2000
"""Characters of a docstring's paragraph, or of a block's own writing."""


def block_facts(net: Block, path: str) -> BlockFacts:
    """Facts of the block at a structure path.

    Raises:
        Refusal: there is no block at this path (a group of names in a SymbolBlock is none).
    """
    block = net
    for key in path.split(".") if path else ():
        child = block._children.get(key)
        if child is None:
            raise Refusal(f"{path}: a group of names inside a SymbolBlock, no block of its own")
        block = child
    kind = type(block)
    return BlockFacts(
        path=path,
        class_name=kind.__name__,
        module=kind.__module__,
        docstring=_first_paragraph(kind),
        written="" if block._children else _written(block),
    )


def parameter_facts(net: Block, structure_name: str, *, values: bool) -> ParameterFacts:
    """Facts of a parameter, by any of its structure names.

    Raises:
        Refusal: there is no such parameter.
    """
    parameter = net._collect_params_with_prefix().get(structure_name)
    if parameter is None:
        raise Refusal(f"{structure_name}: no parameter has this structure name")
    known = parameter._data is not None
    return ParameterFacts(
        structure_name=structure_name,
        initializer=_initializer(parameter),
        lr_mult=float(parameter.lr_mult),
        wd_mult=float(parameter.wd_mult),
        values=value_facts(parameter.data(parameter.list_ctx()[0]).asnumpy())
        if values and known
        else None,
    )


def value_facts(array: np.ndarray) -> ValueFacts:
    """What the values of an array are like. NaN and Inf are counted and left out."""
    flat = array.ravel()
    if not np.issubdtype(flat.dtype, np.floating):
        flat = flat.astype(np.float64)
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        return ValueFacts(flat.size, 0.0, 0.0, 0.0, 0.0, 0.0, 0, int(flat.size), ())
    low, high = float(finite.min()), float(finite.max())
    counts, _ = np.histogram(finite, bins=BINS, range=(low, high))
    return ValueFacts(
        count=int(flat.size),
        low=low,
        high=high,
        mean=float(finite.mean(dtype=np.float64)),
        std=float(finite.std(dtype=np.float64)),
        norm=float(np.sqrt(np.square(finite, dtype=np.float64).sum())),
        zeros=int((flat == 0).sum()),
        not_finite=int(flat.size - finite.size),
        counts=tuple(int(count) for count in counts),
    )


def _first_paragraph(kind: type[Block]) -> str:
    # A class without one would show Block's: of what it is itself that says nothing.
    text = inspect.cleandoc(kind.__dict__.get("__doc__") or "")
    return " ".join(text.split("\n\n")[0].split())[:LONGEST]


def _written(block: Block) -> str:
    if isinstance(block, SymbolBlock):
        return f"SymbolBlock of {len(block._cached_graph[1].get_internals())} nodes"
    return " ".join(repr(block).split())[:LONGEST]


def _initializer(parameter: Parameter) -> str:
    init = parameter.init
    if init is None:
        return "default (Uniform(0.07) for weights, 0 for biases)"
    if isinstance(init, str):
        # MXNet keeps an initialiser as JSON, `["xavier", {"magnitude": 2}]`, or as its name.
        try:
            name, options = json.loads(init)
        except ValueError:
            return init
        told = ", ".join(f"{key}={value}" for key, value in options.items())
        return f"{name}({told})" if told else str(name)
    if isinstance(init, mx.init.Initializer):
        told = ", ".join(f"{key}={value}" for key, value in init._kwargs.items())
        return f"{type(init).__name__}({told})"
    return type(init).__name__
