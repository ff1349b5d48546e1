"""Runs held against each other: what differs in their settings and plans, and what came of each.

All of it is data, by run in the order in which they were named: a command prints it, a screen can
draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tui.runs.compared_run import ComparedRun, RunReader
from tui.runs.folder import RunFolder
from tui.runs.plan_difference import BlockDifference, differing_blocks


class Difference(msgspec.Struct, frozen=True):
    """Something that is not the same in all runs, with its value in each; None where a run has
    none. Of a rule the values are its places in the plans, counted from 1."""

    name: str
    values: tuple[Any, ...]


class Comparison(msgspec.Struct, frozen=True):
    """Runs, what of their settings differs and how many are the same, and the rules that are not
    in all plans, or not in the same place. `trains` are the counts that differ, `blocks` the
    parameters that train in one run and not in another, by block. `untold` are the runs, by their
    places, of which nothing tells what trains in them; `elsewhere` is by run how many parameters it
    has that not all of the others have."""

    runs: tuple[ComparedRun, ...]
    settings: tuple[Difference, ...]
    same_settings: int
    rules: tuple[Difference, ...]
    trains: tuple[Difference, ...]
    blocks: tuple[BlockDifference, ...] = ()
    untold: tuple[int, ...] = ()
    elsewhere: tuple[int, ...] = ()


def compare(folders: Sequence[RunFolder]) -> Comparison:
    """Hold runs against each other. What cannot be read is told of its run, and compared as far
    as it goes."""
    return compare_again([RunReader(folder) for folder in folders])


def compare_again(readers: Sequence[RunReader]) -> Comparison:
    """The same, with runs of which only what has been written since is read."""
    runs = tuple(reader.read() for reader in readers)
    settings, same = differing([run.settings for run in runs])
    places = [{rule: place for place, rule in enumerate(run.rules, 1)} for run in runs]
    counts = [msgspec.structs.asdict(run.trains) if run.trains else {} for run in runs]
    told = [reader.trains or {} for reader in readers]
    blocks, elsewhere = differing_blocks(told)
    return Comparison(
        runs,
        settings,
        same,
        differing(places)[0],
        differing(counts)[0],
        blocks,
        tuple(place for place, one in enumerate(told) if not one),
        elsewhere,
    )


def differing(runs: Sequence[dict[str, Any]]) -> tuple[tuple[Difference, ...], int]:
    """The names whose values are not the same in all runs, and how many are."""
    names = list(dict.fromkeys(name for run in runs for name in run))
    rows = [Difference(name, tuple(run.get(name) for run in runs)) for name in names]
    found = tuple(row for row in rows if any(value != row.values[0] for value in row.values[1:]))
    return found, len(rows) - len(found)
