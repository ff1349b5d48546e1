"""What a network was built with: remembered on it before a plan first changes it.

A plan's rules stand over the states with which the network was built. A plan that replaces
another, in mid-run or in a script, must find those, and not what the other left.
"""

from __future__ import annotations

from dataclasses import dataclass

from mxnet.gluon import Block, Parameter, SymbolBlock
from mxnet.gluon.nn import Dropout
from mxnet.gluon.nn.basic_layers import _BatchNorm

from tui.engine.symbols import batch_norms, dropouts

_NOTE = "_thaw_as_built"


@dataclass(frozen=True, slots=True)
class ParameterAsBuilt:
    """A parameter's settings before any plan."""

    grad_req: str
    lr_mult: float
    wd_mult: float


def of_parameter(parameter: Parameter) -> ParameterAsBuilt:
    """A parameter's settings before any plan."""
    found: ParameterAsBuilt = parameter.__dict__.get(_NOTE) or ParameterAsBuilt(
        parameter.grad_req, float(parameter.lr_mult), float(parameter.wd_mult)
    )
    return found


def of_norm(block: _BatchNorm) -> bool:
    """Whether a norm layer was built to keep its statistics."""
    return bool(block.__dict__.get(_NOTE, block._kwargs["use_global_stats"]))


def of_dropout(block: Dropout) -> float:
    """The rate that a dropout layer was built with."""
    return float(block.__dict__.get(_NOTE, block._rate))


@dataclass(frozen=True, slots=True)
class SymbolAsBuilt:
    """Inside a SymbolBlock, in the graph's order: whether each BatchNorm was built to keep its
    statistics, and the rate of each Dropout."""

    keeps: tuple[bool, ...]
    rates: tuple[float, ...]


def of_symbol(block: SymbolBlock) -> SymbolAsBuilt:
    """What the nodes of a SymbolBlock were built with."""
    found: SymbolAsBuilt = block.__dict__.get(_NOTE) or SymbolAsBuilt(
        tuple(norm.use_global_stats for norm in batch_norms(block)), dropouts(block)
    )
    return found


def note(thing: Block | Parameter, built: object) -> None:
    """Note on a parameter, a norm layer, a dropout or a SymbolBlock what it was built with."""
    thing.__dict__[_NOTE] = built


def remember(net: Block) -> None:
    """Note all of it on a network, where that has not been done before."""
    net.apply(remember_layer)
    for parameter in net.collect_params().values():
        parameter.__dict__.setdefault(_NOTE, of_parameter(parameter))


def remember_layer(block: Block) -> None:
    """Note on one block what it was built with, of statistics and dropout."""
    if isinstance(block, _BatchNorm):
        block.__dict__.setdefault(_NOTE, of_norm(block))
    elif isinstance(block, Dropout):
        block.__dict__.setdefault(_NOTE, of_dropout(block))
    elif isinstance(block, SymbolBlock):
        block.__dict__.setdefault(_NOTE, of_symbol(block))
