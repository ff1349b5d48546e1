"""A bare `.params` file: a tree made of its names alone, to look at. It cannot train.

No Python of anybody's is run, and no network is known.
"""

from __future__ import annotations

from pathlib import Path

import mxnet as mx
from mxnet.gluon import Block, Parameter

from tui.engine.devices import parse_ctx
from tui.engine.names_only import NamesOnly
from tui.engine.sources.built import Built, Say
from tui.engine.weights.load import read_params
from tui.model.groups import STATISTICS
from tui.model.source import ModelSource


def accepts(model: str) -> bool:
    """A name that ends in .params."""
    return model.endswith(".params")


def build(source: ModelSource, say: Say) -> Built:
    """Read the file and build blocks of its names.

    Raises:
        Refusal: it is no such file, or damaged.
    """
    path = Path(source.model).expanduser()
    ctx = parse_ctx(source.ctx)
    say(f"reading {path.name}")
    net = NamesOnly(prefix="")
    for name, array in read_params(str(path)).items():
        # A name that begins or ends with a dot, or has two together, tells no structure.
        *blocks, last = name.split(".") if all(name.split(".")) else [name]
        block = net
        for key in blocks:
            child = block._children.get(key)
            if child is None:
                child = NamesOnly(prefix="")
                block.register_child(child, key)
            block = child
        _hold(block, last, name, array, ctx)
    return Built(
        net,
        ctx,
        weights=str(path),
        notes=["names and values alone: it can be looked at, not trained"],
    )


def _hold(block: Block, key: str, name: str, array: mx.nd.NDArray, ctx: mx.Context) -> None:
    statistic = name.endswith(STATISTICS)
    # Loaded as if frozen: a gradient, as large as the values, is not needed to look at them.
    parameter = Parameter(
        name,
        grad_req="null",
        shape=array.shape,
        dtype=array.dtype,
        differentiable=not statistic,
    )
    parameter._load_init(array, ctx)
    if not statistic:
        parameter._grad_req = "write"
    block._reg_params[key] = parameter
    block.params._params[name] = parameter
