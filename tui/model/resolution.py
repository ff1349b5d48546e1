"""What a plan makes of a model: the state of every parameter, worked out rule by rule.

A norm layer's statistics follow its weights: they are fixed when all of its gamma and beta that
could train are frozen, and a norm layer without any follows the last rule that covers it. A rule
on statistics decides otherwise, until a later rule freezes or thaws that layer. The mean and the
variance of a layer are fixed together, since MXNet knows only one switch for both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from itertools import compress
from typing import Literal

from tui.model.families import ROLES, Roles, find_roles
from tui.model.plan import STATES, STATISTICS, Action, FreezePlan, Rule, describe
from tui.model.selection import PatternError, match_names
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

_Kind = Literal["states", "statistics", "lr_mult", "wd_mult"]

_KIND: dict[Action, _Kind] = {
    "freeze": "states",
    "thaw": "states",
    "freeze statistics": "statistics",
    "thaw statistics": "statistics",
    "lr_mult": "lr_mult",
    "wd_mult": "wd_mult",
}
"""What an action decides: of two rules that decide the same, the later wins."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a plan makes of a model.

    `states` and `statistics` go by parameter index; `statistics` holds only those that are one,
    `lr_mults` and `wd_mults` only those that a rule decided; `thawed` are those that a rule (not
    only the way in which the network was built) lets train. `selected` and `decided` go by rule:
    how many parameters (of a rule on statistics: statistics) it selects, and of how many it has
    the last word. `missed` are the rules that select nothing.
    """

    states: tuple[State, ...]
    statistics: dict[int, Statistic]
    selected: tuple[int, ...]
    decided: tuple[int, ...]
    missed: tuple[int, ...]
    lr_mults: dict[int, float] = field(default_factory=dict)
    wd_mults: dict[int, float] = field(default_factory=dict)
    thawed: frozenset[int] = frozenset()

    @property
    def effect(self) -> tuple[object, ...]:
        """All that it does to a network: two plans with the same effect do the same."""
        return self.states, self.statistics, self.lr_mults, self.wd_mults


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
            return match_names(rule.select, tree.names)
        case _:
            pattern = rule.select if rule.by == "structure" else translate(rule.select)
            places = list(tree.parameter_of.items())
            found = match_names(
                pattern, [name for name, _ in places], search=rule.by == "structure"
            )
            return sorted({places[place][1] for place in found})


def resolve(plan: FreezePlan, tree: ModelTree, epoch: int = 1) -> Resolution:
    """Work out every state, as it is in an epoch. Rules that come into force later, and rules
    that are off, select but do not decide.

    Raises:
        PatternError: a rule's pattern cannot be used; the message begins with the rule.
    """
    roles = find_roles(tree) if any(rule.by == "role" for rule in plan.rules) else None
    states = built_states(tree)
    auxiliary = State.AUXILIARY
    last = {kind: [-1] * len(states) for kind in {_KIND[rule.action] for rule in plan.rules}}
    selected: list[int] = []
    for number, rule in enumerate(plan.rules):
        try:
            found = select(rule, tree, roles)
        except PatternError as error:
            raise PatternError(f"rule {number + 1} ({describe(rule)}): {error}") from None
        if rule.action in STATISTICS:
            found = statistics_at(tree, found)
        selected.append(len(found))
        if rule.off or rule.epoch > epoch:
            continue
        decided = last[_KIND[rule.action]]
        for index in found:
            decided[index] = number
        if rule.action in STATES:
            outcome = State.FROZEN if rule.action == "freeze" else State.TRAINABLE
            for index in found:
                if states[index] is not auxiliary:
                    states[index] = outcome
            if "statistics" in last:
                # To freeze or thaw a norm layer is to freeze or thaw its statistics again.
                for index in statistics_at(tree, found):
                    last["statistics"][index] = -1
    counted = {kind: Counter(deciders) for kind, deciders in last.items()}
    return Resolution(
        states=tuple(states),
        statistics=_statistics(plan, tree, states, last),
        selected=tuple(selected),
        decided=tuple(
            counted[_KIND[rule.action]][number] for number, rule in enumerate(plan.rules)
        ),
        missed=tuple(
            number
            for number, rule in enumerate(plan.rules)
            if not selected[number] and not rule.off
        ),
        lr_mults=_multipliers(plan, last.get("lr_mult", ())),
        wd_mults=_multipliers(plan, last.get("wd_mult", ())),
        thawed=frozenset(
            index
            for index, number in enumerate(last.get("states", ()))
            if number >= 0 and plan.rules[number].action == "thaw"
        ),
    )


def same_effect(first: FreezePlan, second: FreezePlan, tree: ModelTree) -> bool:
    """Whether two plans do the same to a model, in every epoch.

    Raises:
        PatternError: a rule's pattern cannot be used.
    """
    return first.dropout_off is second.dropout_off and all(
        resolve(first, tree, epoch).effect == resolve(second, tree, epoch).effect
        for epoch in sorted({*first.epochs, *second.epochs})
    )


def _at(tree: ModelTree, paths: Iterable[str]) -> list[int]:
    # A block's parameter is -1, which marks what is cut off at the end.
    marked = bytearray(len(tree.parameters) + 1)
    for path in paths:
        node = tree.index_of.get(path)
        if node is not None:
            for index in tree.nodes.parameters[node : tree.nodes.ends[node]]:
                marked[index] = 1
        elif path in tree.parameter_of:
            marked[tree.parameter_of[path]] = 1
    return list(compress(range(len(tree.parameters)), marked))


def statistics_at(tree: ModelTree, parameters: Iterable[int]) -> list[int]:
    """The statistics of the norm layers that any of these parameters belongs to."""
    touched = {tree.norm_of[index] for index in parameters if index in tree.norm_of}
    return sorted(index for norm in touched for index in tree.norms[norm].statistics)


def _statistics(
    plan: FreezePlan, tree: ModelTree, states: Sequence[State], last: dict[_Kind, list[int]]
) -> dict[int, Statistic]:
    nothing = [-1] * len(states)
    by_rule, by_state = last.get("statistics", nothing), last.get("states", nothing)
    found: dict[int, Statistic] = {}
    for norm in tree.norms:
        number = max(by_rule[index] for index in norm.statistics)
        if number >= 0:
            fixed = plan.rules[number].action == "freeze statistics"
        elif any(tree.parameters[index].fixed for index in norm.statistics):
            fixed = True  # as it was built, R-CNN's trunks for one: only a rule makes it move
        elif norm.weights:
            fixed = all(states[weight] is State.FROZEN for weight in norm.weights)
        else:
            number = max(by_state[index] for index in norm.statistics)
            fixed = number >= 0 and plan.rules[number].action == "freeze"
        for index in norm.statistics:
            found[index] = Statistic.FIXED if fixed else Statistic.MOVING
    return found


def _multipliers(plan: FreezePlan, last: Sequence[int]) -> dict[int, float]:
    return {
        index: plan.rules[number].value or 0.0 for index, number in enumerate(last) if number >= 0
    }
