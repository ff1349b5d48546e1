"""A network in two halves: the frozen side, and the rest, on the network's own parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd
from mxnet.gluon import HybridBlock, Parameter
from mxnet.gluon.block import _regroup

from tui.engine.feature_cache.frontier import Frontier, NoFrontier, find_frontier
from tui.engine.feature_cache.graph import INPUT, Graph, given_name

TOLERANCE = 1e-3
"""Between what is made of a picture alone and in a batch, relative to the largest value."""


class Split:
    """Both halves of a network as a plan has left it. Parameters, gradients and statistics are
    the network's own; nothing of it is changed.

    Raises:
        NoFrontier: it cannot be split to any use; says why.
    """

    def __init__(
        self, net: HybridBlock, inputs: Sequence[mx.nd.NDArray], flags: dict[str, bool]
    ) -> None:
        try:
            graph = Graph.of(net, len(inputs))
        except Exception as error:  # MXNet and networks raise what they like
            raise NoFrontier(f"the network cannot be traced ({type(error).__name__})") from None
        # Some make a block only when they are called.
        parameters = {one.name: one for one in net.collect_params().values()}
        trainable = {name for name, one in parameters.items() if one.grad_req != "null"}
        unknown = [
            node.name
            for node in graph.nodes
            if node.is_variable
            and node.name not in parameters
            and not node.name.startswith(INPUT.format(""))
        ]
        if unknown:
            raise NoFrontier(f"the network takes {unknown[0]}, which is no parameter of it")
        self.frontier: Frontier = find_frontier(graph, trainable, inputs[0].shape)
        entries = self.frontier.entries
        frozen = graph.symbol(entries)
        self._frozen = _Half(frozen, [INPUT.format(0)], parameters, flags)
        given = [given_name(place) for place in range(len(entries))]
        others = [INPUT.format(number) for number in range(1, len(inputs))]
        self._rest = _Half(graph.symbol(graph.heads, entries), [*given, *others], parameters, flags)
        self._form = graph.form
        self._digest = hashlib.blake2b(repr(graph.make_up(entries)).encode(), digest_size=16)
        self._still = [parameters[name] for name in self._frozen.parameters]

    @property
    def tensors(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of what is kept of a picture."""
        return self.frontier.shapes

    def digest(self) -> str:
        """By which the frozen side is known: its operators and the values of its parameters."""
        digest = self._digest.copy()
        for one in self._still:
            digest.update(np.ascontiguousarray(one.list_data()[0].asnumpy()))
        return digest.hexdigest()

    def features(self, pictures: mx.nd.NDArray) -> list[mx.nd.NDArray]:
        """What the frozen side makes of pictures, B×3×H×W: an array B×… for each tensor."""
        with autograd.pause(train_mode=True):
            return self._frozen(pictures)

    def rest(self, features: Sequence[mx.nd.NDArray], *more: mx.nd.NDArray) -> Any:
        """What the network would return of the pictures that these are the features of."""
        return _regroup(self._rest(*features, *more), self._form)

    def refuse_mixed(self, pictures: mx.nd.NDArray, features: Sequence[mx.nd.NDArray]) -> None:
        """See that a picture's features are its own, whatever pictures are in its batch.

        Raises:
            NoFrontier: they are not.
        """
        if pictures.shape[0] == 1:
            return
        for alone, among in zip(self.features(pictures[:1]), features, strict=True):
            one, other = alone.asnumpy(), among[:1].asnumpy()
            limit = TOLERANCE * max(1e-6, float(np.abs(other).max()))
            if one.shape != other.shape or not np.allclose(one, other, rtol=0, atol=limit):
                raise NoFrontier("the frozen side mixes the pictures of a batch")


class _Half:
    """A symbol that is called with arrays, in the order of `inputs`."""

    def __init__(
        self,
        symbol: mx.sym.Symbol,
        inputs: Sequence[str],
        parameters: dict[str, Parameter],
        flags: dict[str, bool],
    ) -> None:
        names = symbol.list_inputs()
        place = {name: number for number, name in enumerate(inputs)}
        self._arguments = [place.get(name, name) for name in names]
        self.parameters = [name for name in names if name not in place]
        self._values = {name: parameters[name] for name in self.parameters}
        data = [number for number, name in enumerate(names) if name in place]
        weights = [number for number, name in enumerate(names) if name not in place]
        self._operator = mx.nd.CachedOp(
            symbol,
            [("data_indices", data), ("param_indices", weights), *flags.items()],
        )

    def __call__(self, *arrays: mx.nd.NDArray) -> list[mx.nd.NDArray]:
        ctx = arrays[0].context
        found = self._operator(
            *(
                arrays[one] if isinstance(one, int) else self._values[one].data(ctx)
                for one in self._arguments
            )
        )
        return found if isinstance(found, list) else [found]
