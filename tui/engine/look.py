"""What there is to say of one block or one parameter of a network."""

from __future__ import annotations

import inspect
import json
import re

import mxnet as mx
import numpy as np
from mxnet.gluon import Block, Parameter, SymbolBlock

from tui.engine.refusal import Refusal
from tui.runs.inspection import BlockFacts, ParameterFacts, ValueFacts

BINS = 32
"""Steps of a histogram."""
LONGEST = 2000
"""Characters of a docstring's paragraph, or of a block's own writing."""

_SECTION = re.compile(r"[A-Z][a-z]+( [A-Z][a-z]+)*\s*\n\s*[-=~]{3,}")


def block_facts(net: Block, path: str) -> BlockFacts:
    """Facts of the block at a structure path.

    Raises:
        Refusal: there is no block at this path (a group of names in a SymbolBlock is none).
    """
    block = _block_at(net, path)
    if block is None:
        raise Refusal(f"{path}: a group made from names, no block of its own")
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
        # One that a block holds without an attribute stands under its prefixed name.
        path, _, name = structure_name.rpartition(".")
        block = _block_at(net, path)
        parameter = None if block is None else block.params._params.get(name)
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
    # A histogram of half precision would be worked out in half precision, and overflow.
    if flat.dtype not in (np.float32, np.float64):
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


def _block_at(net: Block, path: str) -> Block | None:
    block = net
    for key in path.split(".") if path else ():
        block = block._children.get(key)
        if block is None:
            return None
    return block


def _first_paragraph(kind: type[Block]) -> str:
    # A class without one would show Block's: of what it is itself that says nothing.
    text = kind.__dict__.get("__doc__")
    if not isinstance(text, str):
        return ""
    paragraph = re.split(r"\n\s*\n", inspect.cleandoc(text), maxsplit=1)[0]
    # One that begins with a list of its parameters says nothing of what it is.
    if _SECTION.match(paragraph):
        return ""
    return " ".join(paragraph.split())[:LONGEST]


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
