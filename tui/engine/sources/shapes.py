"""Parameter shapes that wait for a first input, found without computing anything."""

from __future__ import annotations

import logging
import warnings

import mxnet as mx
from mxnet.gluon import Block, HybridBlock

logger = logging.getLogger(__name__)


def infer_shapes(net: Block, input_size: tuple[int, int]) -> bool:
    """Infer deferred shapes for one picture of (height, width) from the network's symbol, and
    initialise what waited for them. False where the network cannot be traced so."""
    if not isinstance(net, HybridBlock):
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net.infer_shape(mx.nd.zeros((1, 3, *input_size)))
            for parameter in net.collect_params().values():
                if parameter._deferred_init:
                    parameter._finish_deferred_init()
    except Exception as error:  # MXNet raises what it likes when it cannot trace
        logger.info("shapes cannot be inferred: %s", error)
        return False
    finally:
        for block in _hybrid_blocks(net):
            block._clear_cached_op()
    return True


def initialize(net: Block, ctx: mx.Context) -> None:
    """Give every parameter that has none yet a first value on a context, by its initialiser."""
    for parameter in net.collect_params().values():
        if parameter._data is None and not parameter._deferred_init:
            parameter.initialize(ctx=ctx)
    net.collect_params().reset_ctx(ctx)


def _hybrid_blocks(net: Block) -> list[HybridBlock]:
    found: list[HybridBlock] = []
    net.apply(lambda block: found.append(block) if isinstance(block, HybridBlock) else None)
    return found
