"""The fewest rules that say the same: for toggles, and for what a pattern selected."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from tui.model.plan import Rule, Selector
from tui.model.states import State
from tui.model.tree import ModelTree

Value = TypeVar("Value", bound=Hashable)


def folded(tree: ModelTree, states: Sequence[State], base: Sequence[State]) -> tuple[Rule, ...]:
    """The fewest block and parameter rules that turn the states `base` into `states`."""
    wanted = [None if state is State.AUXILIARY else state for state in states]
    found = folded_values(tree, wanted, base, (State.TRAINABLE, State.FROZEN))
    return tuple(
        Rule("freeze" if state is State.FROZEN else "thaw", by, path) for state, by, path in found
    )


def folded_values(
    tree: ModelTree,
    wanted: Sequence[Value | None],
    base: Sequence[Value | None],
    values: Sequence[Value],
) -> list[tuple[Value, Selector, str]]:
    """The fewest blocks and parameters that, set one after another to one of the `values`, turn
    `base` into `wanted`, both by parameter; where that is None, anything will do. Of two values
    that would do for a block the earlier is taken.

    A dynamic programme over the tree: below each node, what it costs when the nearest one above
    sets each of the values, or none. Where parameters are shared between blocks the fewest of
    the tree may contradict each other; then it is parameters alone.
    """
    found = _fewest(tree, wanted, base, values)
    after = list(base)
    for value, by, path in found:
        under = [tree.parameter_of[path]] if by == "parameter" else tree.under(tree.index_of[path])
        for index in under:
            after[index] = value
    differ = [i for i, value in enumerate(wanted) if value is not None and value != base[i]]
    right = all(
        value is None or value == is_now for value, is_now in zip(wanted, after, strict=True)
    )
    if right and len(found) <= len(differ):
        return found
    return [
        (one, "parameter", tree.parameters[index].structure_name)
        for index in differ
        if (one := wanted[index]) is not None
    ]


def covering(tree: ModelTree, parameters: Iterable[int]) -> tuple[str, ...]:
    """The fewest structure names, of blocks and parameters, that cover exactly these
    parameters: what a `names` rule keeps of what it selected."""
    wanted = [False] * len(tree.parameters)
    for parameter in parameters:
        wanted[parameter] = True
    places = tree.places_below
    wanted_places = tree.running_sum(wanted)
    covered = [False] * len(wanted)
    found: list[str] = []
    index = 0
    while index < len(tree.nodes):
        path, end = tree.nodes.paths[index], tree.nodes.ends[index]
        wanted_below = wanted_places[end] - wanted_places[index]
        if not wanted_below:
            index = end
        elif wanted_below == places[end] - places[index] and tree.index_of[path] == index:
            here = tree.under(index)
            # A place of what is shared and covered elsewhere need not be told again.
            if not all(covered[parameter] for parameter in here):
                found.append(path)
            for parameter in here:
                covered[parameter] = True
            index = end
        else:
            index += 1
    return tuple(found)


def _fewest(
    tree: ModelTree,
    wanted: Sequence[Value | None],
    base: Sequence[Value | None],
    values: Sequence[Value],
) -> list[tuple[Value, Selector, str]]:
    nodes = tree.nodes
    # What is needed below each node, given what the nearest one above sets: nothing, or the
    # first value, the second and so on.
    every = range(len(values) + 1)
    below = [[0] * len(nodes) for _ in every]
    # The same at and below it, where setting it as a whole may save some.
    cost = [[0] * len(nodes) for _ in every]
    for index in range(len(nodes) - 1, -1, -1):
        parameter, parent = nodes.parameters[index], nodes.parents[index]
        if parameter >= 0:
            value = wanted[parameter]
            if value is None:
                continue
            least = [int(value != base[parameter])]
            least += [int(value != other) for other in values]
        else:
            own = 1 + min((below[above][index] for above in every[1:]), default=0)
            least = [min(below[above][index], own) for above in every]
        for above in every:
            cost[above][index] = least[above]
            if parent >= 0:
                below[above][parent] += least[above]

    found: list[tuple[Value, Selector, str]] = []
    stack: list[tuple[int, int]] = [(0, 0)] if nodes else []
    while stack:
        index, above = stack.pop()
        if not cost[above][index]:
            continue
        node = nodes[index]
        if node.parameter >= 0:
            value = wanted[node.parameter]
            assert value is not None
            found.append((value, "parameter", node.path))
            continue
        best = min(every[1:], key=lambda other: below[other][index])
        # Where it takes as few either way, one word for a whole block reads better than a list.
        if below[above][index] > 1 and below[above][index] >= 1 + below[best][index]:
            above = best
            found.append((values[above - 1], "block" if node.path else "all", node.path))
        children = list(tree.children(index))
        stack.extend((child, above) for child in reversed(children))
    return found
