"""The proof: digests of every parameter and statistic before and after."""

from __future__ import annotations

import hashlib

from mxnet.gluon import Block

from tui.model.resolution import Resolution
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree
from tui.runs.events import Proof


def digests(net: Block) -> dict[str, str]:
    """A digest of the bytes of every parameter, by prefixed name."""
    return {
        name: hashlib.blake2b(
            parameter.data(parameter.list_ctx()[0]).asnumpy().tobytes(), digest_size=16
        ).hexdigest()
        for name, parameter in net.collect_params().items()
    }


def prove(
    tree: ModelTree, resolution: Resolution, before: dict[str, str], after: dict[str, str]
) -> Proof:
    """Hold what moved against what was to move."""
    counts = {"frozen": 0, "statistics": 0, "changed": 0, "moved": 0}
    unchanged: list[str] = []
    broken: list[str] = []
    for index, info in enumerate(tree.parameters):
        same = before[info.name] == after[info.name]
        if info.kind == "statistic":
            if resolution.statistics[index] is Statistic.MOVING:
                counts["moved"] += not same
            elif same:
                counts["statistics"] += 1
            else:
                broken.append(info.structure_name)
        elif resolution.states[index] is State.TRAINABLE:
            if same:
                unchanged.append(info.structure_name)
            else:
                counts["changed"] += 1
        elif not same:
            broken.append(info.structure_name)
        elif resolution.states[index] is State.FROZEN:
            counts["frozen"] += 1
    return Proof(
        frozen_identical=counts["frozen"],
        statistics_identical=counts["statistics"],
        trainable_changed=counts["changed"],
        unchanged=tuple(unchanged),
        broken=tuple(broken),
        statistics_moved=counts["moved"],
    )
