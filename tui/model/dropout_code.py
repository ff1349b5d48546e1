"""Python that switches dropout off where nothing around it trains, and on again."""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.block_code import block_code, loop
from tui.model.code import Code
from tui.model.tree import ModelTree


def dropout_code(tree: ModelTree, before: dict[int, bool], after: dict[int, bool]) -> Code:
    """The lines that switch off, or give its built rate again to, what is to become otherwise."""
    layers: dict[float, list[str]] = {}
    code = Code()
    for node, off in after.items():
        expression = block_code(tree, node)
        rates = tree.block_info(node).dropouts
        if off is before.get(node, False) or expression is None or not any(rates):
            continue
        if tree.block_info(node).form == "symbol":
            code.lines += _in_symbol(expression, (0.0,) if off else rates)
            code.imports.add("import json")
        else:
            layers.setdefault(0.0 if off else rates[0], []).append(expression)
    for rate, blocks in layers.items():
        if len(blocks) < 3:
            code.lines += [f"{block}._rate = {rate!r}" for block in blocks]
        else:
            code.lines += [*loop("dropout", blocks), f"    dropout._rate = {rate!r}"]
    return code


def _in_symbol(expression: str, rates: Sequence[float]) -> list[str]:
    """A Dropout node can be found by the symbol's JSON alone: its attributes do not tell it, and
    its name is that of another where one layer is used twice."""
    alike = len(set(rates)) == 1
    rate = repr(str(rates[0])) if alike else "str(next(rates))"
    return [
        f"inside = {expression}._cached_graph[1].get_internals()",
        "graph = json.loads(inside.tojson())",
        *([] if alike else [f"rates = iter({list(rates)!r})"]),
        "for output, (node, *_) in zip(inside, graph['heads']):",
        "    if graph['nodes'][node]['op'] == 'Dropout':",
        f"        output._set_attr(p={rate})",
    ]
