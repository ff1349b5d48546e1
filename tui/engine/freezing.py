"""A freeze that is true: no gradient, no update, and no statistic that moves.

`grad_req='null'` keeps a parameter out of every update. A BatchNorm's running mean and variance
move all the same, and its forward pass uses the batch's; `use_global_stats` stops both. On a
block it is one of the operator's arguments; inside a SymbolBlock it is an attribute of the
symbol's node. Either is read when the network is traced, so every trace is dropped after it.
"""

from __future__ import annotations

from mxnet.gluon import Block, HybridBlock, SymbolBlock
from mxnet.gluon.nn.basic_layers import _BatchNorm

from tui.engine import as_built
from tui.engine.describe import describe
from tui.engine.dropout import set_dropout
from tui.engine.symbols import BATCH_NORM, batch_norms, set_attribute
from tui.model.plan import FreezePlan
from tui.model.resolution import Resolution, resolve
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree


def apply_plan(
    net: Block, plan: FreezePlan, epoch: int = 1, *, accumulate: bool = False
) -> tuple[ModelTree, Resolution]:
    """Give every parameter and statistic of a network the state that a plan says for an epoch,
    whatever an earlier plan has made of it. Multipliers reach a `Trainer` that exists already.
    With `accumulate`, what trains adds the gradients of one batch to those of others.

    Returns the network's tree and the plan's resolution on it.

    Raises:
        PatternError: one of the plan's patterns cannot be used; nothing has changed.
    """
    tree = ModelTree(describe(net, type(net).__name__))
    resolution = resolve(plan, tree, epoch)
    as_built.remember(net)
    parameters = net._collect_params_with_prefix()
    by_name = {parameter.name: parameter for parameter in net.collect_params().values()}
    fixed: set[str] = set()
    for index, info in enumerate(tree.parameters):
        parameter = parameters.get(info.structure_name, by_name.get(info.name))
        if info.can_train:
            if resolution.states[index] is not State.TRAINABLE:
                parameter.grad_req = "null"
            elif accumulate:
                parameter.grad_req = "add"
            elif parameter.grad_req == "null":
                # 'add', by which a script of one's own accumulates, trains as well.
                parameter.grad_req = "write"
        elif parameter.grad_req != "null":
            # A SymbolBlock lets its running statistics be asked for a gradient (block.py:1675).
            parameter.grad_req = "null"
        parameter.lr_mult = resolution.lr_mults.get(index, info.lr_mult)
        parameter.wd_mult = resolution.wd_mults.get(index, info.wd_mult)
        if resolution.statistics.get(index) is Statistic.FIXED:
            fixed.add(info.name)
    set_statistics(net, fixed)
    set_dropout(net, off_where_frozen=plan.dropout_off)
    drop_traces(net)
    return tree, resolution


def set_statistics(net: Block, fixed: set[str]) -> None:
    """Fix exactly the statistics with these prefixed names, and let all others move. Traces
    that the network has made are stale afterwards: see `drop_traces`."""

    def visit(block: Block) -> None:
        if isinstance(block, _BatchNorm):
            block._kwargs["use_global_stats"] = block.running_mean.name in fixed
        elif isinstance(block, SymbolBlock):
            keeps = [norm.mean in fixed for norm in batch_norms(block)]
            set_attribute(block, BATCH_NORM, "use_global_stats", keeps)

    net.apply(visit)


def drop_traces(net: Block) -> None:
    """Make a hybridized network trace itself anew at its next call."""
    net.apply(lambda block: block._clear_cached_op() if isinstance(block, HybridBlock) else None)
