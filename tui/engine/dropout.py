"""Dropout inside what is frozen: it stays active in training, and can be switched off.

Only Gluon's `Dropout` blocks and the Dropout nodes of SymbolBlocks can be reached; a block that
calls the operator in a forward pass of its own keeps to what it does.
"""

from __future__ import annotations

from mxnet.gluon import Block, SymbolBlock
from mxnet.gluon.nn import Dropout

from tui.engine import as_built
from tui.engine.symbols import DROPOUT, set_attribute


def set_dropout(net: Block, *, off_where_frozen: bool) -> None:
    """Give every dropout layer the rate that it was built with, or none, where it is to be off
    and the block around it (the nearest one that holds parameters) trains nothing. Traces are
    stale afterwards."""
    stack: list[tuple[Block, bool]] = [(net, _trains(net))]
    while stack:
        block, trains = stack.pop()
        off = off_where_frozen and not trains
        if isinstance(block, Dropout):
            block._rate = 0.0 if off else as_built.of_dropout(block)
        elif isinstance(block, SymbolBlock):
            rates = as_built.of_symbol(block).rates
            set_attribute(block, DROPOUT, "p", [0.0] * len(rates) if off else rates)
        for child in block._children.values():
            holds = bool(child.collect_params().keys())
            stack.append((child, _trains(child) if holds else trains))


def _trains(block: Block) -> bool:
    return any(one.grad_req != "null" for one in block.collect_params().values())
