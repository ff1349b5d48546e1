"""Networks of a user's own, as a script would make them."""

from __future__ import annotations

from mxnet import sym
from mxnet.gluon import HybridBlock, SymbolBlock, nn, rnn


def plain() -> nn.HybridSequential:
    """A sequence, its layers named outside of any scope: each name has a counter of its own."""
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(4, 3, in_channels=3),
        nn.BatchNorm(in_channels=4),
        nn.Activation("relu"),
        nn.Conv2D(4, 3, in_channels=4, use_bias=False),
        nn.BatchNorm(in_channels=4, center=False, scale=False),
        nn.Flatten(),
        nn.Dense(5, in_units=16),
        nn.Dropout(0.5),
    )
    return net


class Own(HybridBlock):
    """A block with `features` and `output`, an unusual name, and a constant."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.features = nn.HybridSequential()
            with self.features.name_scope():
                for _ in range(3):
                    self.features.add(
                        nn.Conv2D(4, 3, in_channels=3 if not len(self.features) else 4),
                        nn.BatchNorm(in_channels=4),
                    )
            self.register_child(nn.Dense(3, in_units=4), "not an identifier")
            self.output = nn.Dense(3, in_units=3)
            self.scale = self.params.get("scale", shape=(1, 1))

    def hybrid_forward(self, F, x, scale):  # type: ignore[no-untyped-def]  # noqa: N803
        """Features, pooled, through both layers."""
        x = F.Pooling(self.features(x), global_pool=True, pool_type="avg").flatten()
        x = self.output(self._children["not an identifier"](x))
        return F.broadcast_mul(x, scale)


class Shared(HybridBlock):
    """The same layer in two places, as googlenet has it."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.head = nn.HybridSequential()
            self.output = nn.Dense(3, in_units=4)
            self.head.add(nn.Dense(4, in_units=4), self.output)
            self.tied = nn.Dense(4, in_units=4, params=self.head[0].params)

    def hybrid_forward(self, F, x):  # type: ignore[no-untyped-def]  # noqa: N803
        """Through all of it."""
        return self.head(self.tied(x))


class Reused(HybridBlock):
    """One norm layer and one dropout, each of them called twice."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.inner = nn.Dense(8, in_units=8)
            self.drop = nn.Dropout(0.5)
            self.other = nn.Dropout(0.3)
            self.norm = nn.BatchNorm(in_channels=8)

    def hybrid_forward(self, F, x):  # type: ignore[no-untyped-def]  # noqa: N803
        """Twice through both layers, and once through a dropout of another rate between."""
        x = self.other(self.drop(self.norm(x)))
        return self.drop(self.norm(self.inner(x)))


def reused() -> nn.HybridSequential:
    """A symbol of that, in which two nodes have one name, and a layer upon it."""
    data = sym.var("data")
    net = nn.HybridSequential()
    net.add(SymbolBlock(Reused()(data), data), nn.Dense(3, in_units=8))
    return net


def recurrent() -> nn.HybridSequential:
    """Layers whose parameters stand at the places of the cells that they are made for."""
    net = nn.HybridSequential()
    net.add(nn.Dense(3, in_units=3, flatten=False), rnn.LSTM(4, num_layers=3, input_size=3))
    net.add(rnn.GRU(2, input_size=4), nn.Dense(2, in_units=2))
    return net


def eager() -> nn.Sequential:
    """A root that cannot be hybridized, over blocks that can."""
    net = nn.Sequential()
    trunk = nn.HybridSequential()
    trunk.add(nn.Dense(4, in_units=3), nn.BatchNorm(in_channels=4))
    net.add(trunk, nn.Dense(2, in_units=4))
    return net


class SharedNorm(HybridBlock):
    """One set of statistics in three norm layers, as the heads of some detectors have it."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.h1 = nn.HybridSequential()
            self.h2 = nn.HybridSequential()
            self.h1.add(nn.Dense(4, in_units=4), nn.BatchNorm(in_channels=4))
            norm = self.h1[1].params
            self.h2.add(nn.Dense(4, in_units=4), nn.BatchNorm(in_channels=4, params=norm))
            self.last = nn.BatchNorm(in_channels=4, params=norm)
            for place in range(4):
                setattr(self, f"own{place}", nn.BatchNorm(in_channels=4))

    def hybrid_forward(self, F, x):  # type: ignore[no-untyped-def]  # noqa: N803
        """Through all of it."""
        x = self.last(self.h2(self.h1(x)))
        for place in range(4):
            x = self._children[f"own{place}"](x)
        return x


class BN(nn.BatchNorm):
    """A norm layer whose name does not say so."""


class Off(nn.Dropout):
    """A dropout whose name does not say so."""


class OwnNorm(HybridBlock):
    """A norm of one's own, which MXNet knows nothing of: no plan can fix its mean."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.beta = self.params.get("beta", shape=(4,), init="zeros")
            self.running_mean = self.params.get("running_mean", shape=(4,), differentiable=False)

    def hybrid_forward(self, F, x, beta, running_mean):  # type: ignore[no-untyped-def]  # noqa: N803
        """Less the mean, and shifted."""
        return F.broadcast_add(F.broadcast_sub(x, running_mean), beta)


class Named(HybridBlock):
    """Layers whose classes are told by what they are, not by what they are called."""

    def __init__(self) -> None:
        super().__init__()
        with self.name_scope():
            self.features = nn.HybridSequential()
            self.features.add(nn.Dense(4, in_units=3), BN(in_channels=4), OwnNorm())
            self.features.add(Off(0.5), nn.Dense(2, in_units=4))

    def hybrid_forward(self, F, x):  # type: ignore[no-untyped-def]  # noqa: N803
        """Through all of it."""
        return self.features(x)


class Holding(Named):
    """A root that takes in what its children hold, as some people make `save` see it."""

    def __init__(self) -> None:
        super().__init__()
        self.params.update(self.features.collect_params())
