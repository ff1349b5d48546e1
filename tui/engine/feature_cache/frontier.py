"""Where a network can be cut: what its frozen side makes of a picture, for the rest to take.

A value is *still* if it depends on no trainable parameter, no statistic that moves, no active
dropout and no other chance, and on nothing that the network is given but the picture. What can be
kept of it is one array a picture.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from tui.engine.feature_cache.graph import INPUT, Entry, Graph, Node
from tui.engine.symbols import TRUE

PICTURE = INPUT.format(0)

WORK = ("Convolution", "FullyConnected", "Deconvolution", "_contrib_DeformableConvolution")
"""What it is worth not to do again."""

CHEAP = frozenset(
    (
        "Activation", "BlockGrad", "Cast", "Concat", "Flatten", "LeakyReLU", "Pad", "Reshape",
        "SliceChannel", "UpSampling", "_copy", "_mul_scalar", "_plus_scalar", "broadcast_like",
        "clip", "elemwise_add", "expand_dims", "relu", "repeat", "sigmoid", "squeeze", "tile",
        "transpose",
    )
)  # fmt: skip
"""What may be done again at each step, where less is kept before it than after it."""

CHANCE = ("random", "sample", "shuffle", "multinomial")


class NoFrontier(ValueError):
    """There is nothing to be computed beforehand; the message says why."""


@dataclass(frozen=True)
class Frontier:
    """The entries to be kept, and the shape of each for one picture."""

    entries: tuple[Entry, ...]
    shapes: tuple[tuple[int, ...], ...]

    @property
    def values(self) -> int:
        """How many values are kept of a picture."""
        return sum(math.prod(shape) for shape in self.shapes)


def find_frontier(graph: Graph, trainable: Collection[str], picture: tuple[int, ...]) -> Frontier:
    """The frontier of a network; `trainable` are the names of the parameters that train, `picture`
    the shape of a batch of pictures.

    Raises:
        NoFrontier: the network has none that is of use.
    """
    still = still_nodes(graph, trainable)
    entries = [entry for entry in graph.taken() if still[entry[0]]]
    shapes = _per_picture(graph, entries, picture)
    keepable = {entry for entry in shapes if _of_picture(graph, entry[0])}
    # What is still, and is no array a picture, is made again of what is.
    kept: set[Entry] = set()
    seen: set[int] = set()
    stack = list(graph.heads)
    while stack:
        entry = stack.pop()
        if entry in keepable:
            kept.add(entry)
        elif entry[0] not in seen:
            seen.add(entry[0])
            stack += graph.nodes[entry[0]].inputs
    kept = _narrowed(graph, kept, keepable, shapes)
    if not any(graph.nodes[number].op in WORK for number in graph._needed(list(kept), set())):
        raise NoFrontier(_why_not(graph, still))
    found = tuple(sorted(kept))
    return Frontier(found, tuple(shapes[entry] for entry in found))


def still_nodes(graph: Graph, trainable: Collection[str]) -> list[bool]:
    """Whether each node's value is the same at every step, for the same picture."""
    still: list[bool] = []
    for node in graph.nodes:
        if node.is_variable:
            given = node.name.startswith(INPUT.format(""))
            still.append(node.name == PICTURE or not (given or node.name in trainable))
        else:
            still.append(not _moves(node) and all(still[number] for number, _ in node.inputs))
    return still


def _moves(node: Node) -> bool:
    attributes = node.attributes
    if node.op.endswith(("BatchNorm", "BatchNormWithReLU")):
        return attributes.get("use_global_stats", "False") not in TRUE
    if node.op == "Dropout":
        return float(attributes.get("p", 0.5)) > 0
    if node.op == "LeakyReLU":
        return attributes.get("act_type") == "rrelu"
    if node.op == "RNN":
        return float(attributes.get("p", 0)) > 0
    # An operator in Python does what it likes, and a loop holds operators of its own.
    if node.op == "Custom" or node.raw.get("subgraphs"):
        return True
    return any(word in node.op.lower() for word in CHANCE)


def _per_picture(
    graph: Graph, entries: list[Entry], picture: tuple[int, ...]
) -> dict[Entry, tuple[int, ...]]:
    """The shapes, without the first axis, of the entries whose first axis is that of pictures."""
    pictures, *rest = picture
    found: list[dict[Entry, tuple[int, ...]]] = []
    for count in (pictures + 1, pictures + 2):
        shapes = graph.shapes(entries, **{PICTURE: (count, *rest)})
        found.append({entry: one[1:] for entry, one in shapes.items() if one[0] == count})
    first, second = found
    return {entry: shape for entry, shape in first.items() if second.get(entry) == shape}


def _of_picture(graph: Graph, number: int) -> bool:
    needed = graph._needed([(number, 0)], set())
    return any(graph.nodes[one].name == PICTURE for one in needed)


def _narrowed(
    graph: Graph,
    kept: set[Entry],
    keepable: set[Entry],
    shapes: dict[Entry, tuple[int, ...]],
) -> set[Entry]:
    """The same frontier further back, where that is less to keep and cheap to go on from."""
    changed = True
    while changed:
        changed = False
        for entry in sorted(kept, reverse=True):
            node = graph.nodes[entry[0]]
            before = {source for source in node.inputs if _of_picture(graph, source[0])}
            if node.op not in CHEAP or not before <= keepable:
                continue
            more = sum(math.prod(shapes[source]) for source in before - kept)
            if more < math.prod(shapes[entry]):
                kept = (kept - {entry}) | before
                changed = True
                break
    return kept


def _why_not(graph: Graph, still: list[bool]) -> str:
    for node, stays in zip(graph.nodes, still, strict=True):
        if (
            node.op in WORK
            and not stays
            and any(graph.nodes[number].name == PICTURE for number, _ in node.inputs)
        ):
            return "the first layer trains, so that nothing is the same from step to step"
    for node, stays in zip(graph.nodes, still, strict=True):
        if not stays and not node.is_variable:
            if node.op.endswith(("BatchNorm", "BatchNormWithReLU")):
                return "running statistics move at the beginning of the network; fix them"
            if node.op == "Dropout":
                return "dropout is active at the beginning of the network"
            break
    return "nothing is frozen at the beginning of the network"
