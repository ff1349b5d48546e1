"""A traced network as a graph of nodes that can be cut apart and put together again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mxnet as mx
from mxnet import autograd
from mxnet.gluon import HybridBlock
from mxnet.gluon.block import _flatten

INPUT = "thaw_input_{}"
"""The names of what a traced network is given."""

Entry = tuple[int, int]
"""One output of a node: the node's number, and which of its outputs."""


@dataclass(frozen=True)
class Node:
    """An operator, or a variable (`op` is `null`), and whose outputs it takes."""

    op: str
    name: str
    inputs: tuple[Entry, ...]
    attributes: dict[str, str]
    raw: dict[str, Any]

    @property
    def is_variable(self) -> bool:
        """A parameter, or what the network is given."""
        return self.op == "null"


@dataclass(frozen=True)
class Graph:
    """A network's training forward pass: its nodes in their order, the entries that it returns,
    and the format in which Gluon puts them together."""

    nodes: tuple[Node, ...]
    heads: tuple[Entry, ...]
    form: Any
    attributes: dict[str, Any]

    @classmethod
    def of(cls, net: HybridBlock, inputs: int) -> Graph:
        """Trace a network that is given so many arrays, as it is in training.

        Raises:
            Exception: of any kind that the network raises when it is traced.
        """
        variables = [mx.sym.var(INPUT.format(number)) for number in range(inputs)]
        with autograd.record():  # some networks look whether they are
            outputs = net(*variables)
        flat, form = _flatten(outputs, "output")
        graph = json.loads(mx.sym.Group(flat).tojson())
        nodes = tuple(
            Node(
                raw["op"],
                # Blocks that are called twice give two nodes one name.
                raw["name"] if raw["op"] == "null" else f"n{number}",
                tuple((source[0], source[1]) for source in raw["inputs"]),
                raw.get("attrs", {}),
                raw,
            )
            for number, raw in enumerate(graph["nodes"])
        )
        heads = tuple((head[0], head[1]) for head in graph["heads"])
        return cls(nodes, heads, form, graph["attrs"])

    def symbol(self, heads: Sequence[Entry], given: Sequence[Entry] = ()) -> mx.sym.Symbol:
        """The part of it that makes `heads`, of `given`: these are variables, named by
        `given_name` in their order."""
        number_of: dict[Entry, int] = {}
        nodes: list[dict[str, Any]] = []
        for place, entry in enumerate(given):
            number_of[entry] = place
            nodes.append({"op": "null", "name": given_name(place), "inputs": []})
        wanted = self._needed(heads, set(given))
        moved: dict[int, int] = {}
        for number in sorted(wanted):
            node = self.nodes[number]
            moved[number] = len(nodes)
            sources = [
                [number_of[source], 0, 0]
                if source in number_of
                else [moved[source[0]], source[1], 0]
                for source in node.inputs
            ]
            nodes.append({**node.raw, "name": node.name, "inputs": sources})
        graph = {
            "nodes": nodes,
            "arg_nodes": [i for i, node in enumerate(nodes) if node["op"] == "null"],
            "heads": [
                [number_of[head], 0, 0] if head in number_of else [moved[head[0]], head[1], 0]
                for head in heads
            ],
            "attrs": self.attributes,
        }
        return mx.sym.load_json(json.dumps(graph))

    def _needed(self, heads: Sequence[Entry], given: set[Entry]) -> set[int]:
        found: set[int] = set()
        stack = [head for head in heads if head not in given]
        while stack:
            number, _ = stack.pop()
            if number in found:
                continue
            found.add(number)
            stack += [source for source in self.nodes[number].inputs if source not in given]
        return found

    def make_up(self, heads: Sequence[Entry]) -> list[tuple[object, ...]]:
        """Operators, their attributes and how they hang together, of the part that makes `heads`.
        Without names: those of parameters depend on what else a process has made."""
        place = {number: index for index, number in enumerate(sorted(self._needed(heads, set())))}
        made: list[tuple[object, ...]] = [
            (
                node.op,
                () if node.is_variable else tuple(sorted(node.attributes.items())),
                tuple((place[source], output) for source, output in node.inputs),
            )
            for node in (self.nodes[number] for number in place)
        ]
        return [*made, tuple((place[number], output) for number, output in heads)]

    def shapes(
        self, entries: Sequence[Entry], **inputs: tuple[int, ...]
    ) -> dict[Entry, tuple[int, ...]]:
        """The shapes of entries, in the order of their nodes, as far as they can be told from
        those of some inputs: some operators cannot be asked for shapes of just any size, and what
        comes after such a one is left out."""
        found: list[tuple[int, ...]] = []
        told, failing = 0, len(entries) + 1
        count = len(entries)
        while count > told:
            try:
                found = list(self.symbol(entries[:count]).infer_shape_partial(**inputs)[1])
                told = count
            except mx.MXNetError:
                failing = count
            count = (told + failing) // 2
        return {
            entry: tuple(shape)
            for entry, shape in zip(entries, found, strict=False)
            if shape and all(side > 0 for side in shape)
        }

    def taken(self) -> list[Entry]:
        """All entries that something takes or that are returned, in the order of their nodes."""
        return sorted({source for node in self.nodes for source in node.inputs} | set(self.heads))


def given_name(place: int) -> str:
    """The name of the variable that stands for an entry."""
    return f"thaw_given_{place}"
