"""A hierarchy for a flat SymbolBlock, made from the names of its parameters.

An SSD's trunk is one SymbolBlock with a hundred parameters and no children. Its names still
tell the structure (`mobilenet0_conv3_weight`, `resnetv10_stage2_conv0_weight`), since Gluon
joins the names of nested blocks with an underscore.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

STATISTICS = ("running_mean", "running_var", "moving_mean", "moving_var")
"""What Gluon and the symbols of old call a running mean and variance. These alone among the
names of parameters hold an underscore of their own."""

DEEPEST = 32
"""Groups within groups; a name with more parts than that tells no structure."""


@dataclass
class NameGroup:
    """Names that share a beginning. `prefix` is that beginning, without its underscore;
    `names` are those that end here, `groups` those that share more."""

    prefix: str
    names: list[str] = field(default_factory=list)
    groups: dict[str, NameGroup] = field(default_factory=dict)


def group_names(names: Sequence[str]) -> NameGroup:
    """The hierarchy in a list of flat names, in the order in which its groups first occur.

    A group that would hold one group and no name is joined with it. Pure: nothing but the names
    decides, so that a plan means the same in every process.
    """
    taken = set(names)
    root = NameGroup("")
    for name in names:
        group = root
        prefix = ""
        for part in _parts(name)[:DEEPEST]:
            prefix = f"{prefix}_{part}" if prefix else part
            # A group of the same name as a parameter (`fc` beside `fc_weight`) would hide it.
            if prefix not in taken:
                group = group.groups.setdefault(prefix, NameGroup(prefix))
        group.names.append(name)
    return _joined(root)


def _parts(name: str) -> list[str]:
    for suffix in STATISTICS:
        if name.endswith("_" + suffix):
            return [part for part in name[: -len(suffix) - 1].split("_") if part]
    return [part for part in name.split("_")[:-1] if part]


def _joined(group: NameGroup) -> NameGroup:
    children = [_joined(child) for child in group.groups.values()]
    if len(children) == 1 and not group.names and group.prefix:
        return children[0]
    group.groups = {child.prefix: child for child in children}
    return group
