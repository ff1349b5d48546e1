"""The fewest rules that say the same: for toggles, and for what a pattern selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.model.plan import Rule, Selector
from tui.model.resolution import select
from tui.model.states import State
from tui.model.tree import ModelTree


def folded(tree: ModelTree, states: Sequence[State], base: Sequence[State]) -> tuple[Rule, ...]:
    """The fewest block and parameter rules that turn the states `base` into `states`.

    A dynamic programme over the tree: below each node, what it costs when the nearest rule
    above freezes, thaws, or is none. Where parameters are shared between blocks the fewest
    rules of the tree may contradict each other; such a plan is made of parameter rules.
    """
    rules = _fewest(tree, states, base)
    after = list(base)
    for rule in rules:
        outcome = State.FROZEN if rule.action == "freeze" else State.TRAINABLE
        for index in select(rule, tree):
            if after[index] is not State.AUXILIARY:
                after[index] = outcome
    differ = [index for index, state in enumerate(states) if state is not base[index]]
    if after == list(states) and len(rules) <= len(differ):
        return rules
    return tuple(
        _rule(states[index], "parameter", tree.parameters[index].structure_name) for index in differ
    )


def covering(tree: ModelTree, parameters: Iterable[int]) -> tuple[str, ...]:
    """The fewest structure names, of blocks and parameters, that cover exactly these
    parameters: what a `names` rule keeps of what it selected."""
    wanted = [False] * len(tree.parameters)
    for parameter in parameters:
        wanted[parameter] = True
    places = tree.running_sum([1] * len(wanted))
    wanted_places = tree.running_sum(wanted)
    covered = [False] * len(wanted)
    found: list[str] = []
    index = 0
    while index < len(tree.nodes):
        node = tree.nodes[index]
        below = places[node.end] - places[index]
        if (
            below
            and wanted_places[node.end] - wanted_places[index] == below
            and tree.index_of[node.path] == index
        ):
            here = tree.under(index)
            # A place of what is shared and covered elsewhere need not be told again.
            if not all(covered[parameter] for parameter in here):
                found.append(node.path)
            for parameter in here:
                covered[parameter] = True
            index = node.end
        else:
            index += 1
    return tuple(found)


def _fewest(tree: ModelTree, states: Sequence[State], base: Sequence[State]) -> tuple[Rule, ...]:
    nodes = tree.nodes
    # Rules needed below each node, given what the nearest rule above says: none, thaw, freeze.
    below = ([0] * len(nodes), [0] * len(nodes), [0] * len(nodes))
    # The same at and below it, where a rule of its own may save some.
    cost = ([0] * len(nodes), [0] * len(nodes), [0] * len(nodes))
    for index in range(len(nodes) - 1, -1, -1):
        node = nodes[index]
        if node.parameter >= 0:
            wanted = states[node.parameter]
            if wanted is State.AUXILIARY:
                continue
            least = (
                int(wanted is not base[node.parameter]),
                int(wanted is not State.TRAINABLE),
                int(wanted is not State.FROZEN),
            )
        else:
            own = 1 + min(below[1][index], below[2][index])
            least = (
                min(below[0][index], own),
                min(below[1][index], own),
                min(below[2][index], own),
            )
        for above in range(3):
            cost[above][index] = least[above]
            if node.parent >= 0:
                below[above][node.parent] += least[above]

    rules: list[Rule] = []
    stack: list[tuple[int, int]] = [(0, 0)] if nodes else []
    while stack:
        index, above = stack.pop()
        node = nodes[index]
        if not cost[above][index]:
            continue
        if node.parameter >= 0:
            rules.append(_rule(states[node.parameter], "parameter", node.path))
            continue
        thaw, freeze = below[1][index], below[2][index]
        # Where it takes as few either way, one word for a whole block reads better than a list.
        if below[above][index] > 1 and below[above][index] >= 1 + min(thaw, freeze):
            above = 1 if thaw <= freeze else 2
            state = State.TRAINABLE if above == 1 else State.FROZEN
            rules.append(_rule(state, "block" if node.path else "all", node.path))
        children = list(tree.children(index))
        stack.extend((child, above) for child in reversed(children))
    return tuple(rules)


def _rule(state: State, by: Selector, path: str) -> Rule:
    return Rule("freeze" if state is State.FROZEN else "thaw", by, path)
