"""A network on several devices of one process."""

from __future__ import annotations

from collections.abc import Sequence

import mxnet as mx
from mxnet.gluon import Block, Parameter

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
    for parameter in _moving(net, tree, resolution):
        first, *others = parameter.list_data()
        for copy in others:
            first.copyto(copy)


class KeptStatistics:
    """Running statistics that move, as they are now. A batch moves them before its step is made."""

    def __init__(self, net: Block, tree: ModelTree, resolution: Resolution) -> None:
        moving = _moving(net, tree, resolution)
        self._kept = [(one, [copy.copy() for copy in one.list_data()]) for one in moving]

    def put_back(self) -> None:
        """Make them what they were."""
        for parameter, kept in self._kept:
            for copy, values in zip(parameter.list_data(), kept, strict=True):
                values.copyto(copy)


def _moving(net: Block, tree: ModelTree, resolution: Resolution) -> list[Parameter]:
    parameters = net.collect_params()
    return [
        parameters[tree.parameters[index].name]
        for index, statistic in resolution.statistics.items()
        if statistic is not Statistic.FIXED
    ]
