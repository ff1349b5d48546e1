"""What a block or a parameter of the open model is, and what a picture costs in it."""

from __future__ import annotations

import msgspec


class LookAtBlock(msgspec.Struct, frozen=True, tag=True):
    """Say what the block at a structure path is."""

    path: str


class LookAtParameter(msgspec.Struct, frozen=True, tag=True):
    """Say what a parameter is, by one of its structure names; with `values`, read them too."""

    structure_name: str
    values: bool = False


class CountCosts(msgspec.Struct, frozen=True, tag=True):
    """Send one picture of (height, width) through, and count what each block does."""

    input_size: tuple[int, int]


class BlockFacts(msgspec.Struct, frozen=True, tag=True):
    """A block: its class with its module, the first paragraph of the class's docstring, and how
    it writes itself (`Conv2D(3 -> 32, kernel_size=(3, 3), …)`)."""

    path: str
    class_name: str
    module: str
    docstring: str
    written: str


class ValueFacts(msgspec.Struct, frozen=True):
    """What the values of a parameter are like. NaN and Inf are counted, and left out of all
    else; `counts` is a histogram between `low` and `high`, in equal steps."""

    count: int
    low: float
    high: float
    mean: float
    std: float
    norm: float
    zeros: int
    not_finite: int
    counts: tuple[int, ...]


class ParameterFacts(msgspec.Struct, frozen=True, tag=True):
    """A parameter: its initialiser in words, its multipliers of learning rate and weight decay,
    and what its values are like, if that was asked and they are known."""

    structure_name: str
    initializer: str
    lr_mult: float
    wd_mult: float
    values: ValueFacts | None = None


class BlockCost(msgspec.Struct, frozen=True):
    """What one picture costs in a block, or in a group of names: the shapes of its outputs (none
    where only what is in it was called), multiply-adds of it and all below. `counted` is false
    where something below is of a kind that is not counted; `calls` is how often it was called
    itself."""

    path: str
    outputs: tuple[tuple[int, ...], ...]
    multiply_adds: int
    counted: bool
    calls: int = 1


class Costs(msgspec.Struct, frozen=True, tag=True):
    """One forward pass. `shapes` are those of parameters that were not known before, by
    structure name; `uncounted` are the classes of blocks, and operators inside a SymbolBlock,
    whose multiply-adds are not counted."""

    input_size: tuple[int, int]
    blocks: tuple[BlockCost, ...]
    multiply_adds: int
    uncounted: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
