"""Which dropout a plan with `dropout_off` switches off."""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.states import State
from tui.model.tree import ModelTree


def dropout_off(tree: ModelTree, states: Sequence[State]) -> dict[int, bool]:
    """Whether nothing trains around each dropout: in the nearest block that holds parameters, by
    the node of a Dropout layer or of the SymbolBlock that holds it."""
    found = {}
    for node, place in enumerate(tree.nodes):
        if place.is_block and tree.block_info(node).dropouts:
            around = next(
                (here for at in (node, *tree.ancestors(node)) if (here := tree.under(at))), []
            )
            found[node] = all(states[index] is not State.TRAINABLE for index in around)
    return found
