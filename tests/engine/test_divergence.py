"""What is finite, wherever the value that is not lies, and however large the others are."""

from __future__ import annotations

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd
from mxnet.gluon import nn

from tui.engine.divergence import all_finite


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_value_of_all_is_found(dtype: str, value: float, place: int) -> None:
    arrays = [mx.nd.ones(shape, dtype=dtype) for shape in ((2, 3), (1,), (4, 1, 2))]
    assert all_finite(arrays)
    arrays[place][-1:] = value
    assert not all_finite(arrays)


def test_large_values_are_finite() -> None:
    large = mx.nd.full((3, 3), 3e38)
    assert all_finite([mx.nd.ones(2), large])
    assert not all_finite([mx.nd.array([np.nan]), large])


def test_nothing_is_finite() -> None:
    assert all_finite([])


def test_an_array_in_an_order_of_the_librarys_own() -> None:
    """A convolution's output is in blocks of channels, until it is read."""
    net = nn.Conv2D(32, 3, in_channels=16)
    net.initialize()
    output = net(mx.nd.ones((2, 16, 12, 12)))
    assert all_finite([output])
    np.testing.assert_array_equal(output.asnumpy(), net(mx.nd.ones((2, 16, 12, 12))).asnumpy())
    assert not all_finite([net(mx.nd.full((2, 16, 12, 12), float("nan")))])


def test_what_is_still_computed_is_waited_for() -> None:
    weight = mx.nd.ones((300, 300))
    weight.attach_grad()
    with autograd.record():
        value = weight
        for _ in range(20):
            value = mx.nd.dot(value, weight) / 300
        loss = value.sum() * float("inf")
    loss.backward()
    assert not all_finite([weight.grad])
