"""The running statistics of norm layers, in a script: fix them, and let them move again.

A plan does this by rule (`tui.engine.freezing`); here it is done to a block as it stands.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

from mxnet.gluon import Block, HybridBlock, SymbolBlock
from mxnet.gluon.nn.basic_layers import _BatchNorm

from tui.engine import as_built
from tui.engine.freezing import set_statistics
from tui.engine.symbols import batch_norms


def freeze_statistics(net: Block) -> int:
    """Fix the running mean and variance of every norm layer in a network or block: they no longer
    move, and are used in training as in inference. Returns how many layers there are.

    Reaches BatchNorm, SyncBatchNorm and BatchNormReLU, and the nodes inside SymbolBlocks, whether
    hybridized or not. The weights (gamma and beta) go on training unless their `grad_req` is
    'null'. A plan that is applied later decides anew.

        net.features.collect_params().setattr("grad_req", "null")
        tui.freeze_statistics(net.features)
    """
    return _set(net, lambda _: True)


def thaw_statistics(net: Block) -> int:
    """Undo `freeze_statistics`: every norm layer in a network or block moves its statistics
    again, but for those that were built to keep them (R-CNN's trunks). Returns how many do."""
    return _set(net, lambda built_to_keep: built_to_keep, count=False)


def fixed_statistics(net: Block) -> set[str]:
    """The prefixed names of the statistics that are fixed as the network stands."""
    return {name for layer, keeps in _layers(net) for name in layer if keeps}


def _set(net: Block, fix: Callable[[bool], bool], *, count: bool = True) -> int:
    net.apply(as_built.remember_layer)
    layers = list(_layers(net, built=True))
    fixed = {name for layer, built_to_keep in layers if fix(built_to_keep) for name in layer}
    set_statistics(net, fixed)
    _drop_traces_with(net)
    return sum(fix(built_to_keep) is count for _, built_to_keep in layers)


def _layers(net: Block, *, built: bool = False) -> Iterator[tuple[tuple[str, str], bool]]:
    """The prefixed names of the mean and variance of each norm layer, and whether it keeps them:
    as it stands, or as it was built."""
    blocks: list[Block] = []
    net.apply(blocks.append)
    for block in blocks:
        if isinstance(block, _BatchNorm):
            keeps = as_built.of_norm(block) if built else block._kwargs["use_global_stats"]
            yield (block.running_mean.name, block.running_var.name), bool(keeps)
        elif isinstance(block, SymbolBlock):
            keeping = as_built.of_symbol(block).keeps
            for node, built_to_keep in zip(batch_norms(block), keeping, strict=True):
                keeps = built_to_keep if built else node.use_global_stats
                yield (node.mean, node.variance), keeps


def _drop_traces_with(net: Block) -> None:
    """Make every hybridized network that holds a block trace itself anew. A block does not know
    what holds it, and a trace of the whole would go on with what the block was before."""
    inside: set[int] = set()
    net.apply(lambda block: inside.add(id(block)))
    for found in gc.get_objects():
        # By its type: what else is there may do anything when its attributes are read.
        if not issubclass(type(found), HybridBlock) or not _traced(found):
            continue
        held: list[int] = []
        found.apply(lambda block, held=held: held.append(id(block)))
        if not inside.isdisjoint(held):
            found._clear_cached_op()


def _traced(block: HybridBlock) -> bool:
    noted = block.__dict__
    return bool(noted.get("_cached_op") or noted.get("_cached_graph"))
