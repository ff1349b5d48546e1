"""A model's blocks and parameters as one flat, depth-first list of nodes.

A block's whole subtree is a contiguous slice of that list, so that a roll-up over any block is
two look-ups in running sums, and a plan that names a block decides a slice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from tui.model.description import BlockInfo, ModelInfo, ParameterInfo
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


@dataclass(frozen=True)
class ModelTree:
    """The nodes of a model, and look-ups into them."""

    model: ModelInfo
    nodes: tuple[Node, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(_nodes(self.model)))

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
    def values_below(self) -> list[int]:
        """Running sum of known value counts over nodes: a subtree's is a difference of two."""
        return self.running_sum([parameter.count or 0 for parameter in self.parameters])

    @cached_property
    def bytes_below(self) -> list[int]:
        """Running sum of bytes over nodes."""
        return self.running_sum([parameter.nbytes or 0 for parameter in self.parameters])

    def running_sum(self, of_parameters: Sequence[int]) -> list[int]:
        """Sums of a figure of each parameter over nodes 0..i, with a leading 0."""
        return [
            0,
            *accumulate(
                of_parameters[node.parameter] if node.parameter >= 0 else 0 for node in self.nodes
            ),
        ]

    def totals(self, states: Sequence[State]) -> Totals:
        """What the header shows."""
        counted = [
            (state, parameter.count or 0, parameter.nbytes or 0)
            for parameter, state in zip(self.parameters, states, strict=True)
        ]
        return Totals(
            parameters=len(counted),
            values=sum(values for _, values, _ in counted),
            nbytes=sum(nbytes for _, _, nbytes in counted),
            trainable_parameters=sum(state is State.TRAINABLE for state, _, _ in counted),
            trainable_values=sum(v for state, v, _ in counted if state is State.TRAINABLE),
            frozen_parameters=sum(state is State.FROZEN for state, _, _ in counted),
            auxiliary_parameters=sum(state is State.AUXILIARY for state, _, _ in counted),
            unknown=sum(parameter.count is None for parameter in self.parameters),
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
                (parameter.count or 0) if state is State.TRAINABLE else 0
                for parameter, state in zip(tree.parameters, states, strict=True)
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

    def values(self, node: int) -> int:
        """Known values at and below a node."""
        sums = self._tree.values_below
        return sums[self._tree.nodes[node].end] - sums[node]

    def trainable_values(self, node: int) -> int:
        """Trainable values at and below a node."""
        return self._trainable_values[self._tree.nodes[node].end] - self._trainable_values[node]


def _nodes(model: ModelInfo) -> list[Node]:
    children: dict[int, list[int]] = {}
    for index, block in enumerate(model.blocks):
        children.setdefault(block.parent, []).append(index)

    nodes: list[Node] = []
    ends: list[int] = []

    def place(node: Node) -> int:
        nodes.append(node)
        ends.append(0)
        return len(nodes) - 1

    # An explicit stack: a model may nest deeper than Python recurses.
    stack: list[tuple[int, int, int, bool]] = [
        (block, 0, -1, False) for block in reversed(children.get(-1, []))
    ]
    while stack:
        index, depth, parent, done = stack.pop()
        if done:
            ends[index] = len(nodes)
            continue
        block = model.blocks[index]
        label = _label(block.path, nodes[parent].path if parent >= 0 else "")
        here = place(Node(block.path, label or model.name, depth, parent, 0, block=index))
        for parameter, name in zip(block.parameters, block.names, strict=True):
            leaf = place(
                Node(name, _label(name, block.path), depth + 1, here, 0, parameter=parameter)
            )
            ends[leaf] = leaf + 1
        stack.append((here, 0, 0, True))
        stack.extend((child, depth + 1, here, False) for child in reversed(children.get(index, [])))
    return [
        Node(n.path, n.label, n.depth, n.parent, end, n.block, n.parameter)
        for n, end in zip(nodes, ends, strict=True)
    ]


def _label(path: str, above: str) -> str:
    if above and path.startswith(above):
        return path[len(above) :].lstrip("._") or path
    return path
