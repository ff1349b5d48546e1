"""The rows of a model tree, kept as columns: a hundred thousand cost a few megabytes, and are there
in a few milliseconds."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

import msgspec

from tui.model.description import ModelInfo


class Node(msgspec.Struct, frozen=True, gc=False):
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


class Nodes(Sequence[Node]):
    """All rows of a model, depth first. A `Node` is made when it is asked for; loops over many
    read the columns instead, which mean what the fields of `Node` of the same names mean."""

    def __init__(self, model: ModelInfo) -> None:
        self._name = model.name
        self.paths: list[str] = []
        self.depths: array[int] = array("i")
        self.parents: array[int] = array("i")
        self.ends: array[int] = array("i")
        self.blocks: array[int] = array("i")
        self.parameters: array[int] = array("i")
        self._fill(model)

    def _fill(self, model: ModelInfo) -> None:
        children: dict[int, list[int]] = {}
        for index, block in enumerate(model.blocks):
            children.setdefault(block.parent, []).append(index)
        # An explicit stack: a model may nest deeper than Python recurses.
        stack: list[tuple[int, int, int, bool]] = [
            (block, 0, -1, False) for block in reversed(children.get(-1, []))
        ]
        while stack:
            index, depth, parent, done = stack.pop()
            if done:
                # The end of a block is known only after what lies below.
                self.ends[index] = len(self.paths)
                continue
            here, block = len(self.paths), model.blocks[index]
            held = len(block.parameters)
            self.paths.append(block.path)
            self.paths.extend(block.names)
            self.depths.append(depth)
            self.depths += array("i", (depth + 1,)) * held
            self.parents.append(parent)
            self.parents += array("i", (here,)) * held
            self.blocks.append(index)
            self.blocks += array("i", (-1,)) * held
            self.parameters.append(-1)
            self.parameters.extend(block.parameters)
            self.ends.append(0)
            self.ends.extend(range(here + 2, here + held + 2))
            stack.append((here, 0, 0, True))
            stack.extend(
                (child, depth + 1, here, False) for child in reversed(children.get(index, []))
            )

    def label(self, node: int) -> str:
        """What its path adds to the one above it, without the dot or underscore between them;
        for the root the model's name."""
        return self.paths[node][self.label_start(node) :] or self._name

    def label_start(self, node: int) -> int:
        """Where in its path the label begins."""
        path, parent = self.paths[node], self.parents[node]
        above = self.paths[parent] if parent >= 0 else ""
        start = len(above) + 1
        if above and start < len(path) and path.startswith(above) and path[start - 1] in "._":
            return start
        return 0

    def __len__(self) -> int:
        return len(self.paths)

    def __iter__(self) -> Iterator[Node]:
        return map(self._made, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> Node: ...

    @overload
    def __getitem__(self, index: slice) -> list[Node]: ...

    def __getitem__(self, index: int | slice) -> Node | list[Node]:
        if isinstance(index, slice):
            return [self._made(node) for node in range(len(self))[index]]
        return self._made(range(len(self))[index])

    def _made(self, node: int) -> Node:
        return Node(
            self.paths[node],
            self.label(node),
            self.depths[node],
            self.parents[node],
            self.ends[node],
            self.blocks[node],
            self.parameters[node],
        )
