"""GluonCV's pyramid networks, right on a CPU.

For each feature map, GluonCV gives `ROIAlign` the regions that belong to others with a batch
index of -1, which is to make their rows nothing. On a CPU, MXNet 1.9.1 leaves those rows as it
finds them in memory: any number, or none. GluonCV has an older way beside it, which takes all
regions on each map and then keeps its own, for an MXNet that does not know `box_encode`.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from gluoncv.model_zoo.rcnn.faster_rcnn.faster_rcnn import FasterRCNN


def take_all_regions(net: FasterRCNN) -> None:
    """Make a network go the older way from its next trace on."""
    pyramid = net._pyramid_roi_feats
    net._pyramid_roi_feats = lambda functions, *args, **kwargs: pyramid(
        _Older(functions), *args, **kwargs
    )


class _Older:
    """`mxnet.nd` or `mxnet.sym` as they were before `box_encode`."""

    def __init__(self, functions: Any) -> None:
        self._functions = functions
        self.contrib = SimpleNamespace(ROIAlign=functions.contrib.ROIAlign)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._functions, name)
