"""Weights of a file that is not the model's own, loaded into it."""

from __future__ import annotations

import mxnet as mx
from mxnet.gluon import Block

from tui.engine.weights.conversion import Conversion, convert_file


def load_converted(net: Block, file: str, model: str, ctx: mx.Context) -> Conversion:
    """Load all that a file has for a zoo model, or for its trunk; the rest keeps its values.

    Raises:
        Refusal: the file is of another network, or cannot be read.
    """
    found = convert_file(file, net, model)
    places = net._collect_params_with_prefix()
    for name, array in found.arrays.items():
        places[name]._load_init(array, ctx, cast_dtype=True)
    return found
