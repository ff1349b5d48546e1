"""Networks of one's own that do not say how large their pictures are."""

from __future__ import annotations

import mxnet as mx
import pytest
from mxnet.gluon import HybridBlock, nn

from tui.engine.sources.assumed_size import assume_size, classes_out
from tui.engine.sources.built import Built


def pooled() -> HybridBlock:
    net = nn.HybridSequential()
    net.add(nn.Conv2D(4, 3), nn.GlobalAvgPool2D(), nn.Dense(10))
    return net


def flat(side: int) -> HybridBlock:
    net = nn.HybridSequential()
    net.add(nn.Flatten(), nn.Dense(7, in_units=3 * side * side))
    return net


class TwoOutputs(HybridBlock):
    def hybrid_forward(self, F: object, x: object) -> object:  # noqa: N803  # MXNet names it
        return x, x


@pytest.mark.parametrize(
    ("net", "side"),
    [
        (pooled(), 224),  # takes any
        (flat(32), 32),
        (flat(28), 28),
        (flat(33), None),  # no usual one
        (TwoOutputs(), None),
        (nn.Conv2D(4, 3), None),  # pictures, not classes
        (nn.Conv2D(4, 3, in_channels=1), None),  # of one channel
    ],
)
def test_a_usual_size_that_it_takes(net: HybridBlock, side: int | None) -> None:
    net.initialize()
    built = Built(net, mx.cpu())
    assume_size(built)
    assert built.input_size == (None if side is None else (side, side))
    assert len(built.notes) == (side is not None)


def test_shapes_are_known_then() -> None:
    net = pooled()
    net.initialize()
    assume_size(Built(net, mx.cpu()))
    assert [parameter.shape for parameter in net.collect_params().values()] == [
        (4, 3, 3, 3), (4,), (10, 4), (10,),
    ]  # fmt: skip


def test_an_exported_network_takes_what_its_parameters_take() -> None:
    data = mx.sym.var("data")
    net = mx.gluon.SymbolBlock(mx.sym.FullyConnected(data, num_hidden=5, name="out"), [data])
    net.collect_params()["out_weight"].shape = (5, 3 * 64 * 64)
    assert classes_out(net, (64, 64)) == 5
    assert classes_out(net, (224, 224)) == 0
