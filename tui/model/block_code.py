"""Python for the blocks of a network: `net.features[4]`."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Sequence

from tui.model.description import ModelInfo
from tui.model.tree import ModelTree

SEQUENCES = frozenset({"HybridSequential", "Sequential"})

WIDTH = 88
"""Columns that a line takes at most, where it can be broken."""


def block_code(tree: ModelTree, node: int) -> str | None:
    """An expression for the block at a node: `net.features[4]`. None for a group of names,
    which is no block."""
    parts: list[str] = []
    for here in (node, *tree.ancestors(node)):
        place = tree.nodes[here]
        if not place.is_block or tree.block_info(here).kind == "group":
            return None
        if place.parent >= 0:
            parts.append(_child(tree, here))
    return "net" + "".join(reversed(parts))


def is_symbolic(model: ModelInfo, block: int) -> bool:
    """Whether a block is a SymbolBlock, or a group of names inside one."""
    return model.blocks[block].form == "symbol"


def symbol_of(tree: ModelTree, node: int) -> int:
    """The SymbolBlock that a node lies in, or is, or any other block whose names it is grouped
    by: there it is told by a pattern. -1 where there is none."""
    found, grouped = -1, False
    for here in (node, *tree.ancestors(node)):
        block = tree.nodes[here].block
        if block >= 0:
            if grouped or is_symbolic(tree.model, block):
                found = here
            grouped = tree.model.blocks[block].kind == "group"
    return found


def is_sequence(tree: ModelTree, node: int) -> bool:
    """Whether a block's children are reached by number, and by slice."""
    return tree.block_info(node).class_name in SEQUENCES and node in tree.numbered


def quoted(text: str) -> str:
    """A string of Python, raw where that reads better."""
    raw = f"r'{text}'"
    try:
        if "\\" in text and ast.literal_eval(raw) == text:
            return raw
    except (SyntaxError, ValueError):
        pass
    return repr(text)


def loop(variable: str, items: Sequence[str]) -> list[str]:
    """`for variable in (items):`, broken into lines where it is long."""
    line = f"for {variable} in ({', '.join(items)}{',' if len(items) == 1 else ''}):"
    if len(line) <= WIDTH:
        return [line]
    lines = [f"for {variable} in ("]
    row = "   "
    for item in items:
        if len(row) + len(item) + 2 > WIDTH and row.strip():
            lines.append(row)
            row = "   "
        row += f" {item},"
    return [*lines, row, "):"]


def _key(tree: ModelTree, node: int) -> str:
    above = tree.nodes[tree.nodes[node].parent].path
    path = tree.nodes[node].path
    return path[len(above) + 1 :] if above else path


def _child(tree: ModelTree, node: int) -> str:
    key = _key(tree, node)
    if key.isidentifier() and not keyword.iskeyword(key):
        return f".{key}"
    if is_sequence(tree, tree.nodes[node].parent):
        return f"[{key}]"
    return f"._children[{key!r}]"
