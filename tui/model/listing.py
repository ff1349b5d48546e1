"""The parameters of a model as a list for scripts: `thaw params --json`."""

from __future__ import annotations

import msgspec

from tui.model.plan import FreezePlan
from tui.model.resolution import resolve
from tui.model.selection import match_names
from tui.model.tree import ModelTree

LISTING_VERSION = 1


class ParameterRow(msgspec.Struct, frozen=True):
    """One parameter. `state` is trainable, frozen or auxiliary; `statistic` is moving or fixed
    for a running mean or variance and null for all else; a dimension that is not known is null
    in `shape`, and an unknown shape is null. `lr_mult` and `wd_mult` multiply the learning rate
    and the weight decay."""

    structure_names: tuple[str, ...]
    name: str
    shape: tuple[int | None, ...] | None
    dtype: str
    count: int | None
    state: str
    statistic: str | None
    lr_mult: float = 1.0
    wd_mult: float = 1.0


class Listing(msgspec.Struct, frozen=True):
    """What `thaw params --json` prints. Fields are added, never changed, under one version."""

    model: str
    class_name: str
    parameters: tuple[ParameterRow, ...]
    version: int = LISTING_VERSION


def listing(
    tree: ModelTree,
    plan: FreezePlan,
    select: str = "",
    state: str | None = None,
    epoch: int = 1,
) -> Listing:
    """The parameters that a pattern selects, as `collect_params(select)` does, in a state, as
    they are in an epoch.

    Raises:
        PatternError: the pattern, or one of the plan's, cannot be used.
    """
    resolution = resolve(plan, tree, epoch)
    chosen = match_names(select, [parameter.name for parameter in tree.parameters])
    rows = []
    for index in chosen:
        parameter = tree.parameters[index]
        statistic = resolution.statistics.get(index)
        if state is not None and resolution.states[index].word != state:
            continue
        rows.append(
            ParameterRow(
                structure_names=parameter.structure_names,
                name=parameter.name,
                shape=None
                if parameter.shape is None
                else tuple(size or None for size in parameter.shape),
                dtype=parameter.dtype,
                count=parameter.count,
                state=resolution.states[index].word,
                statistic=None if statistic is None else statistic.word,
                lr_mult=resolution.lr_mults.get(index, parameter.lr_mult),
                wd_mult=resolution.wd_mults.get(index, parameter.wd_mult),
            )
        )
    return Listing(tree.model.name, tree.model.class_name, tuple(rows))
