from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import mxnet as mx
import pytest
from gluoncv.model_zoo import get_model
from mxnet.gluon import nn, rnn

from tests.engine.networks import own, ssd, symbol
from tui.engine.costs import count_costs
from tui.engine.describe import describe
from tui.engine.refusal import Refusal
from tui.engine.sources import build
from tui.model.source import ModelSource

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


def conv(size: int, out: int, into: int, kernel: int, bias: int = 0, groups: int = 1) -> int:
    """Multiply-adds of a convolution with this many output positions a side."""
    return size * size * out * (into // groups * kernel * kernel + bias)


def resnet18() -> int:
    """He et al. 2015, table 1, with the 1×1 projections of its stages and its norms."""
    total = conv(112, 64, 3, 7) + 2 * 64 + 1000 * (512 + 1)
    before = 64
    for size, width in ((56, 64), (28, 128), (14, 256), (7, 512)):
        total += conv(size, width, before, 3) + 3 * conv(size, width, width, 3) + 4 * 2 * width
        if width != before:
            total += conv(size, width, before, 1) + 2 * width
        before = width
    return total


def mobilenet() -> int:
    """Howard et al. 2017, table 1."""
    total = conv(112, 32, 3, 3) + 2 * 32 + 1000 * (1024 + 1)
    before, size = 32, 112
    for width, stride in (
        *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
        *[(512, 1)] * 5,
        *((1024, 2), (1024, 1)),
    ):
        size //= stride
        total += conv(size, before, before, 3, groups=before) + 2 * before
        total += conv(size, width, before, 1) + 2 * width
        before = width
    return total


def ssd_300_vgg16() -> int:
    """Liu et al. 2015, figure 2, with 20 classes: VGG-16 with fc6 and fc7 as convolutions, four
    stages more, and two predictors at each of six feature maps."""
    total, before = 0, 3
    for size, width, layers in ((300, 64, 2), (150, 128, 2), (75, 256, 3), (38, 512, 3)):
        total += conv(size, width, before, 3, 1) + (layers - 1) * conv(size, width, width, 3, 1)
        before = width
    total += 512  # the scales of the normalised first feature map
    total += 3 * conv(19, 512, 512, 3, 1) + conv(19, 1024, 512, 3, 1) + conv(19, 1024, 1024, 1, 1)
    for size, after, inner, width, into in (
        *((19, 10, 256, 512, 1024), (10, 5, 128, 256, 512)),
        *((5, 3, 128, 256, 256), (3, 1, 128, 256, 256)),
    ):
        total += conv(size, inner, into, 1, 1) + conv(after, width, inner, 3, 1)
    for size, channels, boxes in (
        *((38, 512, 4), (19, 1024, 6), (10, 512, 6), (5, 256, 6), (3, 256, 4), (1, 256, 4)),
    ):
        total += conv(size, boxes * (20 + 1 + 4), channels, 3, 1)
    return total


@pytest.mark.parametrize(
    ("name", "size", "by_hand"),
    [
        ("resnet18_v1b", 224, resnet18()),
        ("mobilenet1.0", 224, mobilenet()),
        pytest.param("ssd_300_vgg16_atrous_voc", 300, ssd_300_vgg16(), marks=pytest.mark.slow),
    ],
)
def test_the_zoo_by_the_papers_tables(name: str, size: int, by_hand: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = get_model(name, **({"pretrained_base": False} if "ssd" in name else {}))
    net.initialize()
    costs = count_costs(net, (size, size), CPU)
    assert costs.multiply_adds == by_hand
    assert costs.uncounted == ()
    # Their convolutions did not know what comes in.
    assert len(costs.shapes) >= 20


def test_as_torchinfo_counts_vgg16() -> None:
    net = get_model("vgg16")
    net.initialize()
    # Its README: total mult-adds (G): 15.48.
    assert count_costs(net, (224, 224), CPU).multiply_adds == pytest.approx(15.48e9, rel=5e-4)


def test_inside_a_symbol_block_as_outside() -> None:
    plain = count_costs(own(), (16, 16), CPU)
    within = count_costs(symbol(), (16, 16), CPU)
    assert within.multiply_adds == plain.multiply_adds
    assert within.uncounted == ()


def test_groups_of_names_in_a_symbol_block() -> None:
    net = symbol()
    by_path = {block.path: block for block in count_costs(net, (16, 16), CPU).blocks}
    first, second = by_path["0.conv0"], by_path["0.conv1"]
    assert (first.multiply_adds, first.outputs) == (14 * 14 * 4 * 27, ((1, 4, 14, 14),))
    assert (second.multiply_adds, second.outputs) == (12 * 12 * 4 * 36, ((1, 4, 12, 12),))
    norms = [block for path, block in by_path.items() if "batchnorm" in path]
    # Gamma of the second is fixed at 1: there beta alone counts.
    assert sorted(block.multiply_adds for block in norms) == [4, 8]
    parts = first.multiply_adds + second.multiply_adds + 12
    assert by_path["0"].multiply_adds == parts
    assert by_path[""].multiply_adds == parts + 3 * (4 + 1)


@pytest.mark.slow
def test_groups_of_an_ssd_s_trunk_add_up() -> None:
    net = ssd()
    costs = count_costs(net, (128, 128), CPU)
    by_path = {block.path: block for block in costs.blocks}
    model = describe(net, "")
    for index, block in enumerate(model.blocks):
        below = [by_path[one.path] for one in model.blocks if one.parent == index]
        if below and block.path.startswith("features"):
            assert by_path[block.path].multiply_adds == sum(one.multiply_adds for one in below)
    trunk = next(path for path in by_path if path.endswith("mobilenet0"))
    # The first feature map that is not added comes out of the trunk at 1/32 of the picture.
    assert by_path[trunk].outputs == ((1, 256, 4, 4),)
    assert by_path["features"].outputs[1] == (1, 256, 4, 4)


def test_transposed_and_grouped_and_channels_inside_a_symbol_block() -> None:
    data = mx.sym.var("data")
    layers = nn.HybridSequential()
    layers.add(
        nn.Conv2D(8, 3, in_channels=3, dilation=2, strides=2),
        nn.Conv2D(8, 3, in_channels=8, groups=4, use_bias=False),
        nn.Conv2DTranspose(4, 3, strides=2, in_channels=8),
        nn.LayerNorm(in_channels=11),
        nn.PReLU(in_channels=4),
        nn.Dense(5, in_units=11, flatten=False),
    )
    layers.initialize()
    plain = count_costs(layers, (18, 18), CPU)
    by_path = {block.path: block.multiply_adds for block in plain.blocks}
    assert by_path["0"] == 49 * 8 * (27 + 1)
    assert by_path["1"] == 25 * 8 * 2 * 9
    assert by_path["2"] == 25 * 8 * 4 * 9 + 4 * 11 * 11
    assert by_path["3"] == 2 * 11
    assert by_path["4"] == 4
    assert by_path["5"] == 44 * (11 * 5 + 5)
    net = mx.gluon.SymbolBlock(layers(data), data)
    net.initialize()
    assert count_costs(net, (18, 18), CPU).multiply_adds == plain.multiply_adds


def test_recurrent_layers_by_torchinfo_s_rule() -> None:
    net = nn.HybridSequential()
    net.add(nn.HybridLambda(lambda _, x: x.reshape((3, 4, 4))), rnn.LSTM(5, input_size=4))
    net.initialize()
    costs = count_costs(net, (4, 4), CPU)
    # Every weight and bias of its four gates, once a step and sample.
    assert costs.multiply_adds == 3 * 4 * 4 * 5 * (4 + 5 + 2)


class Own(nn.HybridBlock):
    """A block with a weight, of no kind that is known."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = self.params.get("kernel", shape=(3, 3))

    def hybrid_forward(self, F: Any, x: Any, kernel: Any) -> Any:  # noqa: N803
        return F.dot(x.reshape((-1, 3)), kernel)


def test_what_is_not_counted_is_named() -> None:
    net = nn.HybridSequential()
    net.add(Own(), nn.Dense(2, in_units=3))
    net.initialize()
    costs = count_costs(net, (4, 4), CPU)
    assert costs.uncounted == ("Own",)
    assert [block.counted for block in costs.blocks] == [False, False, True]
    data = mx.sym.var("data")
    within = mx.gluon.SymbolBlock(net(data), data)
    within.initialize()
    assert count_costs(within, (4, 4), CPU).uncounted == ("dot",)


class Twice(nn.HybridBlock):
    """One layer in two places, called from both."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.layer = nn.Dense(3, in_units=3, flatten=False)
            self.again = nn.HybridSequential()
            self.again.add(self.layer)
            self.alias = self.layer
            self.unused = nn.Dense(7, in_units=7)

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        x = F.transpose(x, axes=(0, 2, 3, 1))
        return self.again(self.layer(self.layer(x)))


def test_a_shared_block_costs_what_its_calls_cost() -> None:
    net = Twice()
    net.initialize()
    costs = {block.path: block for block in count_costs(net, (2, 2), CPU).blocks}
    once = 4 * (3 * 3 + 3)
    assert costs[""].multiply_adds == 3 * once
    assert costs["again"].multiply_adds == costs["again.0"].multiply_adds == once
    # Under two names in one block: the calls are shared out between them.
    assert costs["layer"].multiply_adds + costs["alias"].multiply_adds == 2 * once
    assert (costs["unused"].calls, costs["unused"].multiply_adds) == (0, 0)


def test_a_block_under_another_name_is_not_counted_again() -> None:
    net = get_model("googlenet", pretrained=False)
    net.initialize()
    costs = {block.path: block for block in count_costs(net, (224, 224), CPU).blocks}
    assert costs["head.2"].multiply_adds == costs["output"].multiply_adds == 1000 * 1025
    others = [block for path, block in costs.items() if path and "." not in path]
    total = sum(block.multiply_adds for block in others) - costs["output"].multiply_adds
    assert costs[""].multiply_adds == total


def test_a_file_of_parameters_has_no_costs(tmp_path: Path) -> None:
    own().save_parameters(str(tmp_path / "own.params"))
    built = build(ModelSource(str(tmp_path / "own.params")), lambda _: None)
    with pytest.raises(Refusal, match="no picture goes through it"):
        count_costs(built.net, (16, 16), CPU)


def test_deferred_shapes_are_told_by_structure_name() -> None:
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.BatchNorm(), nn.Dense(2))
    net.initialize()
    states = [parameter.grad_req for parameter in net.collect_params().values()]
    shapes = count_costs(net, (5, 5), CPU).shapes
    assert shapes["0.weight"] == (4, 3, 3, 3)
    assert shapes["1.running_mean"] == (4,)
    assert shapes["2.weight"] == (2, 4 * 3 * 3)
    assert set(shapes) == {name for name in net._collect_params_with_prefix() if "bias" not in name}
    assert states == [parameter.grad_req for parameter in net.collect_params().values()]
    assert count_costs(net, (5, 5), CPU).shapes == {}


def test_a_size_that_does_not_go_through() -> None:
    with pytest.raises(Refusal, match="4×4 does not go through: "):
        count_costs(own(), (4, 4), CPU)


def test_a_hybridized_network_stays_so_and_works() -> None:
    net = own()
    net.hybridize()
    picture = mx.nd.ones((1, 3, 16, 16))
    before = net(picture).asnumpy()
    count_costs(net, (16, 16), CPU)
    assert net._active
    assert (net(picture).asnumpy() == before).all()
