"""Output shapes and multiply-adds of every block, from one forward pass of one picture.

Each call is counted where it was made, so that a block that stands in several places, or is
called several times, costs what it really costs. What is counted, and how, is said by
`layer_costs`; inside a SymbolBlock the nodes of its graph are counted (`symbol_costs`) and
added up over the groups that are made from its names.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import mxnet as mx
from mxnet import autograd
from mxnet.gluon import Block, HybridBlock, SymbolBlock

from tui.engine.describe import describe
from tui.engine.freezing import drop_traces
from tui.engine.layer_costs import Shape, of_layer
from tui.engine.names_only import NamesOnly
from tui.engine.refusal import Refusal, in_one_line
from tui.engine.symbol_costs import node_costs
from tui.model.description import BlockInfo, ModelInfo
from tui.runs.inspection import BlockCost, Costs


def count_costs(net: Block, input_size: tuple[int, int], ctx: mx.Context) -> Costs:
    """Send one picture of zeros, 1×3×height×width, through a network and count.

    Shapes that waited for a first input are known afterwards, in the network too.

    Raises:
        Refusal: the network does not take such a picture.
    """
    if isinstance(net, NamesOnly):
        raise Refusal("only names and values are known of this model: no picture goes through it")
    before = describe(net, "")
    count = _Count(net, before)
    try:
        with count.watching(), autograd.pause():
            net(mx.nd.zeros((1, 3, *input_size), ctx=ctx))
            mx.nd.waitall()
    except Exception as error:
        raise Refusal(
            f"one picture of {input_size[0]}×{input_size[1]} does not go through: "
            f"{in_one_line(error)}"
        ) from error
    finally:
        drop_traces(net)
    known = describe(net, "").parameters
    blocks, uncounted = count.summed()
    return Costs(
        input_size=input_size,
        blocks=blocks,
        multiply_adds=blocks[0].multiply_adds,
        uncounted=uncounted,
        shapes={
            now.structure_name: now.shape
            for was, now in zip(before.parameters, known, strict=True)
            if was.count is None and now.count is not None and now.shape is not None
        },
    )


@dataclass
class _Seen:
    """What happened at one place. `uncounted` are the kinds that cannot be counted."""

    outputs: tuple[Shape, ...] = ()
    multiply_adds: int = 0
    calls: int = 0
    uncounted: set[str] = field(default_factory=set)


class _Count:
    """Watches one forward pass."""

    def __init__(self, net: Block, model: ModelInfo) -> None:
        self._model = model
        self._seen = {block.path: _Seen() for block in model.blocks}
        self._blocks = _by_path(net)
        self._paths: dict[int, list[str]] = {}
        for path, block in self._blocks.items():
            self._paths.setdefault(id(block), []).append(path)
        self._stack: list[str] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See every call of every block; a hybridized one calls its children meanwhile."""
        blocks = {id(block): block for block in self._blocks.values()}.values()
        active = [block for block in blocks if isinstance(block, HybridBlock) and block._active]
        for block in active:
            block._active = False
        hooks = [block.register_forward_pre_hook(self._called) for block in blocks]
        hooks += [block.register_forward_hook(self._returned) for block in blocks]
        try:
            yield
        finally:
            for hook in hooks:
                hook.detach()
            for block in active:
                block._active = True

    def _called(self, block: Block, _: Any) -> None:
        self._stack.append(self._place(block))

    def _place(self, block: Block) -> str:
        """Where a block that stands in several places is called now."""
        places = self._paths[id(block)]
        if len(places) == 1:
            return places[0]
        caller = self._stack[-1] if self._stack else ""
        below = [path for path in places if not caller or path.startswith(f"{caller}.")]
        right_below = [path for path in below if path.rpartition(".")[0] == caller]
        return min(right_below or below or places, key=lambda path: self._seen[path].calls)

    def _returned(self, block: Block, inputs: Any, outputs: Any) -> None:
        seen = self._seen[path := self._stack.pop()]
        seen.calls += 1
        seen.outputs = tuple(_shapes(outputs))
        if isinstance(block, SymbolBlock):
            self._add_nodes(path, block, _shapes(inputs))
            return
        amount = of_layer(block, _shapes(inputs), seen.outputs)
        if amount is None:
            seen.uncounted.add(type(block).__name__)
        else:
            seen.multiply_adds += amount

    def _add_nodes(self, path: str, block: SymbolBlock, inputs: list[Shape]) -> None:
        parameters = self._model.parameters
        groups = [
            group
            for group in self._model.blocks
            if group.kind == "group" and (not path or group.path.startswith(f"{path}."))
        ]
        holder = {parameters[i].name: group.path for group in groups for i in group.parameters}
        shared = _shared_front(block)
        begins = {
            group.path: shared + (group.path[len(path) + 1 :] if path else group.path)
            for group in groups
        }
        for node in node_costs(block, inputs):
            for group, front in begins.items():
                if node.output and (node.name == front or node.name.startswith(f"{front}_")):
                    # Nodes stand in the order of the graph: the last one's output is the group's.
                    self._seen[group].outputs = (node.output,)
                    self._seen[group].calls = 1
            where = next((holder[name] for name in node.weights if name in holder), path)
            if node.multiply_adds is None:
                self._seen[where].uncounted.add(node.op)
            else:
                self._seen[where].multiply_adds += node.multiply_adds

    def summed(self) -> tuple[tuple[BlockCost, ...], tuple[str, ...]]:
        """The costs of all blocks, each with all below it, and the kinds that are not counted."""
        blocks = self._model.blocks
        total = {path: seen.multiply_adds for path, seen in self._seen.items()}
        whole = {path: not seen.uncounted for path, seen in self._seen.items()}
        # Each block stands after its parent.
        for block in reversed(blocks):
            if block.parent >= 0:
                above = blocks[block.parent].path
                total[above] += total[block.path]
                whole[above] &= whole[block.path]
        uncounted = {kind for seen in self._seen.values() for kind in seen.uncounted}
        costs = []
        for block in blocks:
            # What was called at another of its places is shown with what it did there.
            at = self._called_at(block)
            seen = self._seen[at]
            costs.append(BlockCost(block.path, seen.outputs, total[at], whole[at], seen.calls))
        return tuple(costs), tuple(sorted(uncounted))

    def _called_at(self, block: BlockInfo) -> str:
        if self._seen[block.path].calls or block.path not in self._blocks:
            return block.path
        places = self._paths[id(self._blocks[block.path])]
        return next((path for path in places if self._seen[path].calls), block.path)


def _by_path(net: Block) -> dict[str, Block]:
    found: dict[str, Block] = {}
    stack = [("", net)]
    while stack:
        path, block = stack.pop()
        found[path] = block
        for key, child in reversed(block._children.items()):
            stack.append((f"{path}.{key}" if path else key, child))
    return found


def _shared_front(block: SymbolBlock) -> str:
    """What the names of all its parameters begin with; it is no part of their structure names."""
    for key, parameter in block._reg_params.items():
        return str(parameter.name).removesuffix(key)
    return ""


def _shapes(arrays: Any) -> list[Shape]:
    if isinstance(arrays, mx.nd.NDArray):
        return [tuple(arrays.shape)]
    if isinstance(arrays, (list, tuple)):
        return [shape for item in arrays for shape in _shapes(item)]
    return []
