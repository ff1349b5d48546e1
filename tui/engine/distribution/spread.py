"""A network on several devices of one process."""

from __future__ import annotations

from collections.abc import Sequence

import mxnet as mx
from mxnet.gluon import Block

from tui.model.resolution import Resolution
from tui.model.states import Statistic
from tui.model.tree import ModelTree


def spread(net: Block, contexts: Sequence[mx.Context]) -> None:
    """Put a copy of everything that a network has on each device."""
    if len(contexts) > 1:
        net.collect_params().reset_ctx(list(contexts))


def settle_statistics(net: Block, tree: ModelTree, resolution: Resolution) -> None:
    """Make running statistics that move those of the first device on all of them. Each device
    moves its own by its own pictures; validation and what is kept go by the first."""
    parameters = net.collect_params()
    for index, statistic in resolution.statistics.items():
        if statistic is not Statistic.FIXED:
            copies = parameters[tree.parameters[index].name].list_data()
            for copy in copies[1:]:
                copies[0].copyto(copy)
