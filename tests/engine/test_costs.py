from __future__ import annotations

import mxnet as mx
import pytest
from gluoncv.model_zoo import get_model
from mxnet.gluon import nn, rnn

from tests.engine.networks import own, symbol
from tui.engine.costs import count_costs
from tui.engine.refusal import Refusal

CPU = mx.cpu()


def test_by_hand() -> None:
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(8, 3, in_channels=3, padding=1),  # 16×16 positions × 8×3×3×3, and a bias each
        nn.Conv2D(8, 3, in_channels=8, groups=4, use_bias=False),  # 14×14 × 8×2×3×3
        nn.Conv2DTranspose(4, 2, strides=2, in_channels=8, use_bias=False),  # 14×14 × 8×4×2×2
        nn.Flatten(),
        nn.Dense(10, in_units=4 * 28 * 28),
    )
    net.initialize()
    costs = count_costs(net, (16, 16), CPU)
    by_path = {block.path: block.multiply_adds for block in costs.blocks}
    assert by_path["0"] == 256 * (8 * 3 * 9) + 8 * 256
    assert by_path["1"] == 196 * (8 * 2 * 9)
    assert by_path["2"] == 196 * (8 * 4 * 4)
    assert by_path["3"] == 0
    assert by_path["4"] == 10 * 4 * 28 * 28 + 10
    assert costs.multiply_adds == by_path[""] == sum(by_path[str(i)] for i in range(5))
    outputs = {block.path: block.outputs for block in costs.blocks}
    assert outputs["2"] == ((1, 4, 28, 28),)
    assert costs.uncounted == ()


@pytest.mark.parametrize(
    ("name", "published"),
    # He et al. 2015 (table 1), Howard et al. 2017 (table 8), Simonyan & Zisserman by torchinfo.
    [("resnet18_v1", 1.8e9), ("mobilenet1.0", 569e6), ("vgg16", 15.48e9)],
)
def test_as_published(name: str, published: float) -> None:
    net = get_model(name)
    net.initialize()
    costs = count_costs(net, (224, 224), CPU)
    assert costs.multiply_adds == pytest.approx(published, rel=0.02)
    assert costs.shapes  # all were deferred


def test_inside_a_symbol_block_as_outside() -> None:
    plain = count_costs(own(), (16, 16), CPU)
    within = count_costs(symbol(), (16, 16), CPU)
    assert within.multiply_adds == pytest.approx(plain.multiply_adds, rel=0.01)


def test_what_is_not_counted_is_named() -> None:
    net = nn.HybridSequential()
    net.add(nn.Flatten(), nn.HybridLambda(lambda _, x: x.reshape((1, 3, -1))), rnn.LSTM(4))
    net.initialize()
    costs = count_costs(net, (4, 4), CPU)
    assert costs.uncounted == ("LSTM",)
    assert not {block.path: block.counted for block in costs.blocks}[""]


def test_a_size_that_does_not_go_through() -> None:
    with pytest.raises(Refusal, match=r"4×4 does not go through.*--input-size"):
        count_costs(own(), (4, 4), CPU)


def test_a_hybridized_network_stays_so_and_works() -> None:
    net = own()
    net.hybridize()
    picture = mx.nd.ones((1, 3, 16, 16))
    before = net(picture).asnumpy()
    count_costs(net, (16, 16), CPU)
    assert net._active
    assert (net(picture).asnumpy() == before).all()
