"""The freeze plan: ordered rules, each a selector and an action; later rules win.

The plan says what becomes of every parameter; `resolve` works it out for a model. A norm
layer's statistics follow its weights: they are fixed when all of its gamma and beta that could
train are frozen, and a norm layer without any follows the last rule that covers it. The mean and
the variance of a layer are fixed together, since MXNet knows only one switch for both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Literal

import msgspec

from tui.model.families import ROLES, Roles, find_roles
from tui.model.selection import PatternError, match_names
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

PLAN_VERSION = 1

Selector = Literal["all", "block", "parameter", "names", "structure", "glob", "role"]
Action = Literal["freeze", "thaw"]


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One rule.

    `by` says how `select` is read: `block` and `parameter` are structure names, `names` a regex
    on prefixed names as in `collect_params`, `structure` a regex searched in structure names,
    `glob` a shell pattern on structure names, `role` is trunk, neck or head, `all` needs none.
    `covers` holds the structure names that a `names` rule selected when it was made: prefixed
    names depend on how many blocks a process has built before, structure names do not.
    """

    action: Action
    by: Selector
    select: str = ""
    covers: tuple[str, ...] | None = None


class FreezePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ordered rules over the states with which the network was built."""

    rules: tuple[Rule, ...] = ()
    version: int = PLAN_VERSION

    def with_rules(self, *rules: Rule) -> FreezePlan:
        """This plan with more rules at its end."""
        return FreezePlan((*self.rules, *rules))


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a plan makes of a model.

    `states` and `statistics` go by parameter index; `statistics` holds only those that are one.
    `selected` and `decided` go by rule: how many parameters it selects, and of how many it has
    the last word. `missed` are the rules that select nothing.
    """

    states: tuple[State, ...]
    statistics: dict[int, Statistic]
    selected: tuple[int, ...]
    decided: tuple[int, ...]

    @property
    def missed(self) -> tuple[int, ...]:
        """The indices of the rules that select nothing."""
        return tuple(index for index, count in enumerate(self.selected) if not count)


def built_states(tree: ModelTree) -> list[State]:
    """The states with which the network was built."""
    return list(tree.built_states)


def select(rule: Rule, tree: ModelTree, roles: Roles | None = None) -> list[int]:
    """The indices of the parameters that a rule selects, each once, in the model's order.

    Raises:
        PatternError: its pattern does not compile, or backtracks without end.
    """
    match rule.by:
        case "all":
            return list(range(len(tree.parameters)))
        case "parameter" if rule.select in tree.parameter_of:
            return [tree.parameter_of[rule.select]]
        case "block" | "parameter":
            return _at(tree, (rule.select,))
        case "role":
            if rule.select not in ROLES:
                raise PatternError(f"no role {rule.select!r}; there are {', '.join(ROLES)}")
            return _at(tree, (roles or find_roles(tree)).paths(rule.select))
        case "names" if rule.covers is not None:
            return _at(tree, rule.covers)
        case "names":
            return match_names(rule.select, [parameter.name for parameter in tree.parameters])
        case _:
            pattern = rule.select if rule.by == "structure" else translate(rule.select)
            places = list(tree.parameter_of.items())
            found = match_names(
                pattern, [name for name, _ in places], search=rule.by == "structure"
            )
            return sorted({places[place][1] for place in found})


def resolve(plan: FreezePlan, tree: ModelTree) -> Resolution:
    """Work out every state.

    Raises:
        PatternError: a rule's pattern cannot be used; the message begins with the rule.
    """
    roles = find_roles(tree) if any(rule.by == "role" for rule in plan.rules) else None
    states = built_states(tree)
    auxiliary = State.AUXILIARY
    last: list[int] = [-1] * len(states)
    selected: list[int] = []
    for number, rule in enumerate(plan.rules):
        try:
            found = select(rule, tree, roles)
        except PatternError as error:
            raise PatternError(f"rule {number + 1} ({describe(rule)}): {error}") from None
        selected.append(len(found))
        outcome = State.FROZEN if rule.action == "freeze" else State.TRAINABLE
        for index in found:
            last[index] = number
            if states[index] is not auxiliary:
                states[index] = outcome
    counted = Counter(last)
    return Resolution(
        tuple(states),
        _statistics(plan, tree, states, last),
        tuple(selected),
        tuple(counted[number] for number in range(len(plan.rules))),
    )


def describe(rule: Rule) -> str:
    """A rule in words: `freeze block features`."""
    return " ".join(part for part in (rule.action, rule.by, rule.select) if part)


def toggled(plan: FreezePlan, tree: ModelTree, node: int, states: Sequence[State]) -> FreezePlan:
    """The plan after a toggle of one parameter or a whole block: thaw what is wholly frozen,
    freeze the rest. A node where nothing can train leaves the plan as it is."""
    here = [i for i in tree.under(node) if tree.parameters[i].can_train]
    if not here:
        return plan
    thaw = all(states[index] is State.FROZEN for index in here)
    by: Selector = "block" if tree.nodes[node].is_block else "parameter"
    rule = Rule("thaw" if thaw else "freeze", by, tree.nodes[node].path)
    return plan.with_rules(rule)


def simplified(plan: FreezePlan, tree: ModelTree) -> FreezePlan:
    """The plan with the run of toggles at its end told in the fewest rules."""
    kept = len(plan.rules)
    while kept and plan.rules[kept - 1].by in ("block", "parameter", "all"):
        kept -= 1
    if len(plan.rules) - kept < 2:
        return plan
    before = FreezePlan(plan.rules[:kept])
    wanted = resolve(plan, tree)
    told = folded(tree, wanted.states, resolve(before, tree).states)
    if len(told) >= len(plan.rules) - kept:
        return plan
    shorter = before.with_rules(*told)
    # Statistics of a norm layer without weights follow rules that change no state.
    same = not tree.weightless or resolve(shorter, tree).statistics == wanted.statistics
    return shorter if same else plan


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


def inverted(tree: ModelTree, states: Sequence[State]) -> FreezePlan:
    """The plan that turns trainable and frozen around."""
    other = {State.TRAINABLE: State.FROZEN, State.FROZEN: State.TRAINABLE}
    return FreezePlan(
        folded(tree, [other.get(state, state) for state in states], built_states(tree))
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


def _at(tree: ModelTree, paths: Iterable[str]) -> list[int]:
    found: set[int] = set()
    for path in paths:
        node = tree.index_of.get(path)
        if node is not None:
            found.update(tree.under(node))
        elif path in tree.parameter_of:
            found.add(tree.parameter_of[path])
    return sorted(found)


def _statistics(
    plan: FreezePlan, tree: ModelTree, states: Sequence[State], last: Sequence[int]
) -> dict[int, Statistic]:
    found: dict[int, Statistic] = {}
    for norm in tree.norms:
        if any(tree.parameters[index].fixed for index in norm.statistics):
            fixed = True  # as it was built, R-CNN's trunks for one: no plan makes it move
        elif norm.weights:
            fixed = all(states[weight] is State.FROZEN for weight in norm.weights)
        else:
            number = max(last[index] for index in norm.statistics)
            fixed = number >= 0 and plan.rules[number].action == "freeze"
        for index in norm.statistics:
            found[index] = Statistic.FIXED if fixed else Statistic.MOVING
    return found


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
