"""What trains in one run and not in another, by block: told from structure names alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

_Trains = tuple[bool | None, ...]


class BlockDifference(msgspec.Struct, frozen=True):
    """Parameters of a block that do not train in all runs alike: `trains` is by run whether they
    do, None where nothing tells. `count` of the `total` that the block holds, blocks in it
    included, do so; `names` are the structure names of these."""

    path: str
    trains: tuple[bool | None, ...]
    count: int
    total: int
    names: tuple[str, ...]


@dataclass
class _Block:
    own: dict[str, _Trains] = field(default_factory=dict)
    blocks: dict[str, _Block] = field(default_factory=dict)
    below: Counter[_Trains] = field(default_factory=Counter)

    def names(self) -> list[str]:
        return [*self.own, *(name for block in self.blocks.values() for name in block.names())]


def differing_blocks(
    runs: Sequence[dict[str, bool]],
) -> tuple[tuple[BlockDifference, ...], tuple[int, ...]]:
    """The outermost blocks in which all parameters differ in the same way, and what differs of
    others, in the model's order. Each run is told as by structure name whether a parameter trains;
    an empty one is not known. Beside them, by run, how many of its parameters not all have: runs of
    different models are compared in what they share."""
    known = [run for run in runs if run]
    if len(known) < 2:
        return (), (0,) * len(runs)
    shared = [name for name in known[0] if all(name in run for run in known[1:])]
    elsewhere = tuple(len(run) - len(shared) if run else 0 for run in runs)
    root = _Block()
    for name in shared:
        trains = tuple(run[name] if run else None for run in runs)
        block = root
        block.below[trains] += 1
        for part in name.split(".")[:-1]:
            block = block.blocks.setdefault(part, _Block())
            block.below[trains] += 1
        block.own[name] = trains
    return tuple(_told("", root)), elsewhere


def _told(path: str, block: _Block) -> list[BlockDifference]:
    ways = [trains for trains in block.below if _differs(trains)]
    total = sum(block.below.values())
    if not ways:
        return []
    if len(block.below) == 1:
        return [BlockDifference(path, ways[0], total, total, tuple(block.names()))]
    found = []
    for trains in ways:
        own = tuple(name for name, how in block.own.items() if how == trains)
        if own:
            found.append(BlockDifference(path, trains, len(own), total, own))
    for part, inner in block.blocks.items():
        found += _told(f"{path}.{part}" if path else part, inner)
    return found


def _differs(trains: _Trains) -> bool:
    return len({one for one in trains if one is not None}) > 1
