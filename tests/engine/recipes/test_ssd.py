"""SSD's recipe, beside what `test_same_numbers` holds."""

from __future__ import annotations

from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd

from tui.engine.datasets import load_data
from tui.engine.recipes import ssd
from tui.engine.sources import build
from tui.model.source import ModelSource
from tui.runs.spec import Hyperparameters


def test_anchors_are_found_without_moving_statistics() -> None:
    """On a GPU a picture moves them on its way forth, in training."""
    built = build(ModelSource("demo", pretrained=False, seed=5), lambda _: None)
    net: Any = built.net
    with autograd.train_mode():
        _, _, anchors = net(mx.nd.zeros((1, 3, 128, 128)))
    statistics = list(net.collect_params(".*running_(mean|var)").values())
    assert statistics
    before = [one.data().asnumpy() for one in statistics]
    forward = net.features.forward

    def as_on_a_gpu(*inputs: Any) -> Any:
        if autograd.is_training():
            for one in statistics:
                one.set_data(one.data() * 0.9 + 1)
        return forward(*inputs)

    net.features.forward = as_on_a_gpu
    data = load_data("shapes", "detection", built.classes)
    task = ssd.RECIPE.prepare(built, data, Hyperparameters(augment=False))
    for one, values in zip(statistics, before, strict=True):
        np.testing.assert_array_equal(one.data().asnumpy(), values, err_msg=one.name)
    transform = task.training._fn._of
    np.testing.assert_array_equal(transform._anchors.asnumpy(), anchors.asnumpy())
