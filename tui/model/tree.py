"""A model's blocks and parameters as one flat, depth-first list of nodes.

A block's whole subtree is a contiguous slice of that list, so that a roll-up over any block is
two look-ups in running sums, and a plan that names a block decides a slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from tui.model.description import BlockInfo, ModelInfo, ParameterInfo, with_shapes
from tui.model.groups import STATISTICS
from tui.model.states import State


@dataclass(frozen=True, slots=True)
class Node:
    """One row: a block (`block` >= 0) or a place of a parameter (`parameter` >= 0).

    `path` is its structure name, `label` the last part of it, `end` the index behind the last
    node of its subtree, `parent` the index of the node above (-1 for the root).
    """

    path: str
    label: str
    depth: int
    parent: int
    end: int
    block: int = -1
    parameter: int = -1

    @property
    def is_block(self) -> bool:
        """Whether it is a block, or a group of names."""
        return self.block >= 0


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
    """A norm layer, by parameter indices: its running `statistics`, and the `weights` (gamma
    and beta) that could train, none where it has neither."""

    block: int
    statistics: tuple[int, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True)
class ModelTree:
    """The nodes of a model, and look-ups into them."""

    model: ModelInfo
    nodes: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(_nodes(self.model)))

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
        for index, node in enumerate(self.nodes):
            if node.path not in found or node.is_block:
                found[node.path] = index
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
        first = self.nodes[node]
        found = (self.nodes[index].parameter for index in range(node, first.end))
        return list(dict.fromkeys(parameter for parameter in found if parameter >= 0))

    def block_info(self, node: int) -> BlockInfo:
        """The block at a node."""
        return self.model.blocks[self.nodes[node].block]

    def parameter_info(self, node: int) -> ParameterInfo:
        """The parameter at a node."""
        return self.parameters[self.nodes[node].parameter]

    def children(self, node: int) -> Iterator[int]:
        """The nodes right below a node."""
        child = node + 1
        while child < self.nodes[node].end:
            yield child
            child = self.nodes[child].end

    def ancestors(self, node: int) -> Iterator[int]:
        """The nodes above a node, nearest first."""
        above = self.nodes[node].parent
        while above >= 0:
            yield above
            above = self.nodes[above].parent

    @cached_property
    def values(self) -> list[int]:
        """Value counts by parameter; 0 where not known."""
        return [parameter.count or 0 for parameter in self.parameters]

    @cached_property
    def sizes(self) -> list[int]:
        """Bytes by parameter; 0 where not known."""
        return [parameter.nbytes or 0 for parameter in self.parameters]

    @cached_property
    def norms(self) -> tuple[Norm, ...]:
        """The norm layers, in the model's order."""
        return tuple(_norms(self.model))

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
        for index, node in enumerate(self.nodes):
            if node.is_block:
                front = f"{node.path}." if node.path else ""
                blocks = (child for child in self.children(index) if self.nodes[child].is_block)
                if all(
                    self.nodes[child].path == f"{front}{place}"
                    for place, child in enumerate(blocks)
                ):
                    found.add(index)
        return frozenset(found)

    @cached_property
    def weightless(self) -> bool:
        """Whether it has a norm layer without gamma and beta that could train."""
        return any(not norm.weights for norm in self.norms)

    @cached_property
    def built_states(self) -> tuple[State, ...]:
        """The states with which the network was built, by parameter."""
        return tuple(
            State.AUXILIARY
            if parameter.kind != "weight"
            else State.FROZEN
            if parameter.grad_req == "null"
            else State.TRAINABLE
            for parameter in self.parameters
        )

    @cached_property
    def values_below(self) -> list[int]:
        """Running sum of known value counts over nodes: a subtree's is a difference of two."""
        return self.running_sum(self.values)

    @cached_property
    def bytes_below(self) -> list[int]:
        """Running sum of bytes over nodes."""
        return self.running_sum(self.sizes)

    @cached_property
    def unknown_below(self) -> list[int]:
        """Running sum over nodes of parameters whose shape is not known yet."""
        return self.running_sum([parameter.count is None for parameter in self.parameters])

    @cached_property
    def places_below(self) -> list[int]:
        """Running sum of places of parameters over nodes; a shared parameter has several."""
        return self.running_sum([1] * len(self.parameters))

    def running_sum(self, of_parameters: Sequence[int]) -> list[int]:
        """Sums of a figure of each parameter over nodes 0..i, with a leading 0."""
        # A block's parameter index is -1: it finds the 0 at the end.
        figures = [*of_parameters, 0]
        return [0, *accumulate(map(figures.__getitem__, self._parameter_at))]

    @cached_property
    def _parameter_at(self) -> list[int]:
        return [node.parameter for node in self.nodes]

    @cached_property
    def unknown(self) -> int:
        """How many parameters have a shape that is not known yet."""
        return sum(parameter.count is None for parameter in self.parameters)

    def totals(self, states: Sequence[State]) -> Totals:
        """What the header shows."""
        return Totals(
            parameters=len(self.parameters),
            values=sum(self.values),
            nbytes=sum(self.sizes),
            trainable_parameters=states.count(State.TRAINABLE),
            trainable_values=sum(
                values
                for values, state in zip(self.values, states, strict=True)
                if state is State.TRAINABLE
            ),
            frozen_parameters=states.count(State.FROZEN),
            auxiliary_parameters=states.count(State.AUXILIARY),
            unknown=self.unknown,
        )


class RollUp:
    """The states of all nodes under one set of parameter states, each in constant time."""

    def __init__(self, tree: ModelTree, states: Sequence[State]) -> None:
        self._tree = tree
        self._states = states
        self._trainable = tree.running_sum([state is State.TRAINABLE for state in states])
        self._frozen = tree.running_sum([state is State.FROZEN for state in states])
        self._trainable_values = tree.running_sum(
            [
                values if state is State.TRAINABLE else 0
                for values, state in zip(tree.values, states, strict=True)
            ]
        )

    def state(self, node: int) -> State:
        """A parameter's own state, or what its block's parameters have in common."""
        here = self._tree.nodes[node]
        if here.parameter >= 0:
            return self._states[here.parameter]
        trainable = self._trainable[here.end] - self._trainable[node]
        frozen = self._frozen[here.end] - self._frozen[node]
        if trainable and frozen:
            return State.PARTIAL
        if trainable:
            return State.TRAINABLE
        return State.FROZEN if frozen else State.AUXILIARY

    def places(self, node: int) -> int:
        """Places of parameters at and below a node."""
        sums = self._tree.places_below
        return sums[self._tree.nodes[node].end] - sums[node]

    def trainable_places(self, node: int) -> int:
        """Places of trainable parameters at and below a node."""
        return self._trainable[self._tree.nodes[node].end] - self._trainable[node]

    def frozen_places(self, node: int) -> int:
        """Places of frozen parameters at and below a node."""
        return self._frozen[self._tree.nodes[node].end] - self._frozen[node]

    def values(self, node: int) -> int:
        """Known values at and below a node."""
        sums = self._tree.values_below
        return sums[self._tree.nodes[node].end] - sums[node]

    def nbytes(self, node: int) -> int:
        """Known bytes at and below a node."""
        sums = self._tree.bytes_below
        return sums[self._tree.nodes[node].end] - sums[node]

    def trainable_values(self, node: int) -> int:
        """Trainable values at and below a node."""
        return self._trainable_values[self._tree.nodes[node].end] - self._trainable_values[node]


def _nodes(model: ModelInfo) -> list[Node]:
    children: dict[int, list[int]] = {}
    for index, block in enumerate(model.blocks):
        children.setdefault(block.parent, []).append(index)

    # Ends are known only after what lies below, so rows come first, and nodes are made of them.
    rows: list[tuple[str, str, int, int, int, int]] = []
    ends: list[int] = []
    # An explicit stack: a model may nest deeper than Python recurses.
    stack: list[tuple[int, int, int, bool]] = [
        (block, 0, -1, False) for block in reversed(children.get(-1, []))
    ]
    while stack:
        index, depth, parent, done = stack.pop()
        if done:
            ends[index] = len(rows)
            continue
        block = model.blocks[index]
        here = len(rows)
        label = _label(block.path, rows[parent][0] if parent >= 0 else "")
        rows.append((block.path, label or model.name, depth, parent, index, -1))
        ends.append(0)
        for parameter, name in zip(block.parameters, block.names, strict=True):
            rows.append((name, _label(name, block.path), depth + 1, here, -1, parameter))
            ends.append(len(rows))
        stack.append((here, 0, 0, True))
        stack.extend((child, depth + 1, here, False) for child in reversed(children.get(index, [])))
    return [
        Node(path, label, depth, parent, end, block, parameter)
        for (path, label, depth, parent, block, parameter), end in zip(rows, ends, strict=True)
    ]


def _label(path: str, above: str) -> str:
    """What a path adds to the one above it, without the dot or underscore between them."""
    if above and path.startswith(above) and path[len(above) : len(above) + 1] in (".", "_"):
        return path[len(above) + 1 :] or path
    return path


def _norms(model: ModelInfo) -> Iterator[Norm]:
    for index, block in enumerate(model.blocks):
        layers: dict[str, list[int]] = {}
        for parameter, name in zip(block.parameters, block.names, strict=True):
            if model.parameters[parameter].kind == "statistic":
                layers.setdefault(_layer(name), []).append(parameter)
        if not layers:
            continue
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
