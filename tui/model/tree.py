"""A model's blocks and parameters as one flat, depth-first list of nodes.

A block's whole subtree is a contiguous slice of that list, so that a roll-up over any block is
two look-ups in running sums, and a plan that names a block decides a slice.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, compress, repeat
from operator import mul

from tui.model.description import (
    BlockInfo,
    ModelInfo,
    ParameterInfo,
    count_values,
    itemsize,
    with_shapes,
)
from tui.model.groups import STATISTICS
from tui.model.nodes import Nodes
from tui.model.states import State


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over parameters, each counted once. `unknown` have a shape that is not known yet."""

    parameters: int
    values: int
    nbytes: int
    trainable_parameters: int
    trainable_values: int
    frozen_parameters: int
    auxiliary_parameters: int
    unknown: int

    @property
    def share(self) -> float:
        """The trainable share of all values, 0 to 1."""
        return self.trainable_values / self.values if self.values else 0.0


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm layer whose statistics a plan can fix, by parameter indices: its running
    `statistics`, and the `weights` (gamma and beta) that could train, none where it has neither."""

    block: int
    statistics: tuple[int, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class ModelTree:
    """The nodes of a model, and look-ups into them."""

    model: ModelInfo
    nodes: Nodes = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", Nodes(self.model))

    def with_shapes(self, shapes: Mapping[str, tuple[int, ...]]) -> ModelTree:
        """The same nodes with these shapes of parameters, by structure name."""
        tree = object.__new__(ModelTree)
        object.__setattr__(tree, "model", with_shapes(self.model, shapes))
        object.__setattr__(tree, "nodes", self.nodes)
        return tree

    @property
    def parameters(self) -> tuple[ParameterInfo, ...]:
        """All parameters, each once."""
        return self.model.parameters

    @cached_property
    def index_of(self) -> dict[str, int]:
        """Node index by structure path. Blocks win over parameters of the same path."""
        found: dict[str, int] = {}
        for index, (path, block) in enumerate(
            zip(self.nodes.paths, self.nodes.blocks, strict=True)
        ):
            if block >= 0 or path not in found:
                found[path] = index
        return found

    @cached_property
    def parameter_of(self) -> dict[str, int]:
        """Parameter index by structure name, for every place of a shared one too."""
        return {
            name: index
            for index, parameter in enumerate(self.parameters)
            for name in parameter.structure_names
        }

    def under(self, node: int) -> list[int]:
        """The indices of the parameters at and below a node, each once, in order."""
        found = dict.fromkeys(self.nodes.parameters[node : self.nodes.ends[node]])
        found.pop(-1, None)
        return list(found)

    def block_info(self, node: int) -> BlockInfo:
        """The block at a node."""
        return self.model.blocks[self.nodes.blocks[node]]

    def parameter_info(self, node: int) -> ParameterInfo:
        """The parameter at a node."""
        return self.parameters[self.nodes.parameters[node]]

    def children(self, node: int) -> Iterator[int]:
        """The nodes right below a node."""
        ends = self.nodes.ends
        child = node + 1
        while child < ends[node]:
            yield child
            child = ends[child]

    def ancestors(self, node: int) -> Iterator[int]:
        """The nodes above a node, nearest first."""
        parents = self.nodes.parents
        above = parents[node]
        while above >= 0:
            yield above
            above = parents[above]

    @cached_property
    def names(self) -> list[str]:
        """Prefixed names by parameter."""
        return [parameter.name for parameter in self.parameters]

    @cached_property
    def _counts(self) -> list[int | None]:
        # A model has few shapes, however many parameters: each is multiplied out once.
        count_of = _CountOf()
        return [count_of[parameter.shape] for parameter in self.parameters]

    @cached_property
    def values(self) -> list[int]:
        """Value counts by parameter; 0 where not known."""
        return [count or 0 for count in self._counts]

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Bytes by parameter; 0 where not known."""
        dtypes = [parameter.dtype for parameter in self.parameters]
        size_of = {dtype: itemsize(dtype) for dtype in set(dtypes)}
        if len(size_of) == 1:
            return _packed(lambda: map(mul, self.values, repeat(*size_of.values())))
        return _packed(lambda: map(mul, self.values, map(size_of.__getitem__, dtypes)))

    @cached_property
    def norms(self) -> tuple[Norm, ...]:
        """The norm layers, in the model's order."""
        return tuple(_norms(self.model, self.built_states))

    @cached_property
    def norm_of(self) -> dict[int, int]:
        """The index of its norm layer in `norms`, by parameter index, of statistics and weights."""
        return {
            index: place
            for place, norm in enumerate(self.norms)
            for index in (*norm.statistics, *norm.weights)
        }

    @cached_property
    def numbered(self) -> frozenset[int]:
        """The nodes whose blocks are keyed 0, 1, 2 and so on, in this order."""
        found = set()
        paths, at = self.nodes.paths, self.nodes.blocks
        for index in self.block_nodes:
            front = f"{paths[index]}." if paths[index] else ""
            blocks = (child for child in self.children(index) if at[child] >= 0)
            if all(paths[child] == f"{front}{place}" for place, child in enumerate(blocks)):
                found.add(index)
        return frozenset(found)

    @cached_property
    def block_nodes(self) -> list[int]:
        """The nodes that are blocks, in order."""
        return [index for index, block in enumerate(self.nodes.blocks) if block >= 0]

    @cached_property
    def weightless(self) -> bool:
        """Whether it has a norm layer without gamma and beta that could train."""
        return any(not norm.weights for norm in self.norms)

    @cached_property
    def built_states(self) -> tuple[State, ...]:
        """The states with which the network was built, by parameter."""
        trainable, frozen, auxiliary = State.TRAINABLE, State.FROZEN, State.AUXILIARY
        return tuple(
            [
                auxiliary
                if parameter.kind != "weight"
                else frozen
                if parameter.grad_req == "null"
                else trainable
                for parameter in self.parameters
            ]
        )

    @cached_property
    def values_below(self) -> Sequence[int]:
        """Running sum of known value counts over nodes: a subtree's is a difference of two."""
        return self.running_sum(self.values)

    @cached_property
    def bytes_below(self) -> Sequence[int]:
        """Running sum of bytes over nodes."""
        return self.running_sum(self.sizes)

    @cached_property
    def places_below(self) -> Sequence[int]:
        """Running sum of places of parameters over nodes; a shared parameter has several."""
        return self.running_sum(bytes([1]) * len(self.parameters))

    def could_train(self, node: int) -> bool:
        """Whether a plan can make anything at or below a node train."""
        states, auxiliary = self.built_states, State.AUXILIARY
        here = self.nodes.parameters[node : self.nodes.ends[node]]
        return any(parameter >= 0 and states[parameter] is not auxiliary for parameter in here)

    @cached_property
    def unknown_below(self) -> Sequence[int]:
        """Running sum of places of parameters whose shape is not known yet."""
        return self.running_sum(bytes([count is None for count in self._counts]))

    def running_sum(self, of_parameters: Sequence[int]) -> Sequence[int]:
        """Sums of a figure of each parameter over nodes 0..i, with a leading 0."""
        if not any(of_parameters):
            return array("q", bytes(8 * (len(self.nodes) + 1)))
        # A block's parameter index is -1: it finds the 0 at the end.
        figures = of_parameters + b"\0" if isinstance(of_parameters, bytes) else [*of_parameters, 0]
        return _packed(
            lambda: chain((0,), accumulate(map(figures.__getitem__, self.nodes.parameters)))
        )

    def places_of(self, mask: bytes) -> Sequence[int]:
        """Running sum of places of the parameters that are 1 in a mask."""
        return self.running_sum(mask) if 0 in mask else self.places_below

    @cached_property
    def unknown(self) -> int:
        """How many parameters have a shape that is not known yet."""
        return self._counts.count(None)

    def totals(self, states: Sequence[State]) -> Totals:
        """What the header shows."""
        return Totals(
            parameters=len(self.parameters),
            values=sum(self.values),
            nbytes=sum(self.sizes),
            trainable_parameters=states.count(State.TRAINABLE),
            trainable_values=sum(compress(self.values, mask_of(State.TRAINABLE, states))),
            frozen_parameters=states.count(State.FROZEN),
            auxiliary_parameters=states.count(State.AUXILIARY),
            unknown=self.unknown,
        )


class _CountOf(dict[tuple[int, ...] | None, int | None]):
    def __missing__(self, shape: tuple[int, ...] | None) -> int | None:
        count = self[shape] = count_values(shape)
        return count


def _packed(figures: Callable[[], Iterable[int]]) -> Sequence[int]:
    """Figures in eight bytes each, where a list of numbers takes forty."""
    try:
        return array("q", figures())
    except OverflowError:  # a shape that nobody could hold in memory
        return list(figures())


def mask_of(state: State, states: Sequence[State]) -> bytes:
    """By parameter: 1 where it is in a state, else 0."""
    return bytes(states).translate(_MASKS[state])


_MASKS = {state: bytes([int(other == state) for other in range(256)]) for state in State}


class RollUp:
    """The states of all nodes under one set of parameter states, each in constant time."""

    def __init__(self, tree: ModelTree, states: Sequence[State]) -> None:
        self._tree = tree
        self._states = states

    @cached_property
    def _trainable(self) -> Sequence[int]:
        return self._tree.places_of(mask_of(State.TRAINABLE, self._states))

    @cached_property
    def _frozen(self) -> Sequence[int]:
        return self._tree.places_of(mask_of(State.FROZEN, self._states))

    @cached_property
    def _trainable_values(self) -> Sequence[int]:
        trainable = mask_of(State.TRAINABLE, self._states)
        return self._tree.running_sum(list(map(mul, self._tree.values, trainable)))

    def state(self, node: int) -> State:
        """A parameter's own state, or what its block's parameters have in common."""
        parameter = self._tree.nodes.parameters[node]
        if parameter >= 0:
            return self._states[parameter]
        end = self._tree.nodes.ends[node]
        trainable = self._trainable[end] - self._trainable[node]
        frozen = self._frozen[end] - self._frozen[node]
        if trainable and frozen:
            return State.PARTIAL
        if trainable:
            return State.TRAINABLE
        return State.FROZEN if frozen else State.AUXILIARY

    def places(self, node: int) -> int:
        """Places of parameters at and below a node."""
        sums = self._tree.places_below
        return sums[self._tree.nodes.ends[node]] - sums[node]

    def trainable_places(self, node: int) -> int:
        """Places of trainable parameters at and below a node."""
        return self._trainable[self._tree.nodes.ends[node]] - self._trainable[node]

    def frozen_places(self, node: int) -> int:
        """Places of frozen parameters at and below a node."""
        return self._frozen[self._tree.nodes.ends[node]] - self._frozen[node]

    def values(self, node: int) -> int:
        """Known values at and below a node."""
        sums = self._tree.values_below
        return sums[self._tree.nodes.ends[node]] - sums[node]

    def nbytes(self, node: int) -> int:
        """Known bytes at and below a node."""
        sums = self._tree.bytes_below
        return sums[self._tree.nodes.ends[node]] - sums[node]

    def trainable_values(self, node: int) -> int:
        """Trainable values at and below a node."""
        return self._trainable_values[self._tree.nodes.ends[node]] - self._trainable_values[node]


def _norms(model: ModelInfo, states: Sequence[State]) -> Iterator[Norm]:
    auxiliary = compress(range(len(states)), mask_of(State.AUXILIARY, states))
    statistics_of_model = {
        index for index in auxiliary if model.parameters[index].kind == "statistic"
    }
    if not statistics_of_model:
        return
    for index, block in enumerate(model.blocks):
        if block.form == "plain" or statistics_of_model.isdisjoint(block.parameters):
            continue
        layers: dict[str, list[int]] = {}
        for parameter, name in zip(block.parameters, block.names, strict=True):
            if parameter in statistics_of_model:
                layers.setdefault(_layer(name), []).append(parameter)
        could = {
            name: parameter
            for parameter, name in zip(block.parameters, block.names, strict=True)
            if model.parameters[parameter].can_train
        }
        others: list[int] = []
        for layer, statistics in layers.items():
            # A group made of names may hold a convolution's weight beside its norm's.
            weights = [could[name] for name in (f"{layer}gamma", f"{layer}beta") if name in could]
            if weights:
                yield Norm(index, tuple(statistics), tuple(weights))
            else:
                others += statistics
        if others:
            yield Norm(index, tuple(others), tuple(could.values()))


def _layer(name: str) -> str:
    for suffix in STATISTICS:
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return ""
