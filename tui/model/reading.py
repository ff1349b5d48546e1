"""The plan that a script has carried out by itself, read from what it has left of a network.

The plan stands over the network as its own classes make it. Applied to what the script left it
does the same: a rule says what is there already, and where there is no rule the script has
changed nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from tui.model.dropout import dropout_off
from tui.model.families import ROLES, find_roles
from tui.model.folding import folded_values
from tui.model.plan import Action, FreezePlan, Rule, Selector
from tui.model.presets import BIASES, NORMS, UNDECAYED
from tui.model.resolution import resolve, select
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree

WEIGHTS = r"(^|[._])weight$"
"""A regex on structure names, like those of the presets."""

MOST_VALUES = 4
"""Values that a rule on the whole model is tried with, the most frequent ones."""

Value = TypeVar("Value", bound=Hashable)

_COST: dict[Selector, int] = {"all": 0, "role": 1, "block": 2, "structure": 3, "parameter": 3}
"""Of as many rules those are taken that say more to a colleague."""


@dataclass(frozen=True)
class ReadPlan:
    """A plan read from a network, and what no plan can say, one line each."""

    plan: FreezePlan
    notes: tuple[str, ...] = ()


def read_plan_of(made: ModelTree, left: ModelTree) -> ReadPlan:
    """The plan of the fewest rules that turns a network as it was made into what is left of it;
    both describe the same network."""
    plan = FreezePlan(_states(made, left))
    plan = plan.with_rules(*_statistics(made, left, plan))
    plan = plan.with_rules(
        *_multipliers(made, left, "lr_mult"), *_multipliers(made, left, "wd_mult")
    )
    notes = list(_trapped(made, left))
    changed = {
        node
        for node, place in enumerate(made.nodes)
        if place.is_block and made.block_info(node).dropouts != left.block_info(node).dropouts
    }
    if changed:
        off = dropout_off(made, resolve(plan, made).states)
        here = {
            node for node, is_off in off.items() if is_off and any(made.block_info(node).dropouts)
        }
        if changed == here and not any(any(left.block_info(node).dropouts) for node in here):
            return ReadPlan(FreezePlan(plan.rules, dropout_off=True), tuple(notes))
        first = made.nodes[min(changed)].path
        notes.append(f"{first}: its dropout rate was changed; a plan cannot say that")
    return ReadPlan(plan, tuple(notes))


@dataclass
class _Search:
    """The fewest rules that give some parameters a value. `rule` makes one, `reach` says which
    parameters it decides of those that it selects."""

    tree: ModelTree
    wanted: Sequence[Hashable | None]
    base: Sequence[Hashable | None]
    rule: Callable[[Hashable, Selector, str], Rule]
    reach: Callable[[list[int]], list[int]] = list
    found: tuple[int, int] = (1 << 30, 0)
    rules: tuple[Rule, ...] = field(default=())

    def run(self) -> tuple[Rule, ...]:
        """Every choice of wide rules, and what they leave to blocks and parameters."""
        common = Counter(value for value in self.wanted if value is not None).most_common()
        values = tuple(value for value, _ in common)
        for wide in self._wide(values[:MOST_VALUES]):
            if len(wide) > self.found[0]:
                continue
            now = list(self.base)
            for _, value, indices in wide:
                for index in indices:
                    now[index] = value
            rest = folded_values(self.tree, self.wanted, now, values)
            rules = (*(rule for rule, _, _ in wide), *self._narrow(rest))
            cost = len(rules), sum(_COST[rule.by] for rule in rules)
            if cost < self.found:
                self.found, self.rules = cost, rules
        return self.rules

    def _narrow(self, rest: list[tuple[Hashable, Selector, str]]) -> Iterator[Rule]:
        for value, by, path in rest:
            yield self.rule(value, by, path)

    def _wide(self, values: Sequence[Hashable]) -> Iterator[list[tuple[Rule, Hashable, list[int]]]]:
        roles = find_roles(self.tree)
        everywhere = [self._made(value, "all", "") for value in values]
        choices = [[None, *everywhere]]
        for role in ROLES:
            if roles.paths(role):
                choices.append([None, self._most("role", role)])
        patterns = [self._most("structure", p) for p in (UNDECAYED, NORMS, BIASES, WEIGHTS)]
        choices.append([None, *patterns])
        for chosen in product(*choices):
            yield [one for one in chosen if one is not None]

    def _most(self, by: Selector, path: str) -> tuple[Rule, Hashable, list[int]] | None:
        """A rule with the value that most of what it selects is to have."""
        selected = self.reach(select(Rule("freeze", by, path), self.tree))
        counted = Counter(v for index in selected if (v := self.wanted[index]) is not None)
        return self._made(counted.most_common(1)[0][0], by, path) if counted else None

    def _made(self, value: Hashable, by: Selector, path: str) -> tuple[Rule, Hashable, list[int]]:
        rule = self.rule(value, by, path)
        return rule, value, self.reach(select(rule, self.tree))


def _states(made: ModelTree, left: ModelTree) -> tuple[Rule, ...]:
    wanted = [
        None
        if not parameter.can_train
        else State.FROZEN
        if left.parameters[index].grad_req == "null"
        else State.TRAINABLE
        for index, parameter in enumerate(made.parameters)
    ]

    def rule(state: Hashable, by: Selector, path: str) -> Rule:
        return Rule("freeze" if state is State.FROZEN else "thaw", by, path)

    return _Search(made, wanted, made.built_states, rule).run()


def _statistics(made: ModelTree, left: ModelTree, plan: FreezePlan) -> tuple[Rule, ...]:
    """The rules on statistics that stand behind a plan's rules on states."""
    base: list[Hashable | None] = [None] * len(made.parameters)
    wanted = list(base)
    for index, statistic in resolve(plan, made).statistics.items():
        base[index] = statistic
        wanted[index] = Statistic.FIXED if left.parameters[index].fixed else Statistic.MOVING

    def rule(statistic: Hashable, by: Selector, path: str) -> Rule:
        action: Action = "freeze statistics" if statistic is Statistic.FIXED else "thaw statistics"
        return Rule(action, by, path)

    def reach(selected: list[int]) -> list[int]:
        touched = {made.norm_of[index] for index in selected if index in made.norm_of}
        return sorted(i for norm in touched for i in made.norms[norm].statistics)

    rules = _Search(made, wanted, base, rule, reach).run()
    # A norm layer's mean and variance are one thing: where they were named by themselves, the
    # first is enough.
    kept: dict[Rule, None] = {}
    for one in rules:
        if one.by == "parameter":
            norm = made.norms[made.norm_of[made.parameter_of[one.select]]]
            first = made.parameters[norm.statistics[0]].structure_name
            one = Rule(one.action, "parameter", first)
        kept.setdefault(one)
    return tuple(kept)


def _multipliers(made: ModelTree, left: ModelTree, action: Action) -> tuple[Rule, ...]:
    def rule(value: Hashable, by: Selector, path: str) -> Rule:
        assert isinstance(value, float)
        return Rule(action, by, path, value=value)

    wanted = [getattr(parameter, action) for parameter in left.parameters]
    base = [getattr(parameter, action) for parameter in made.parameters]
    return _Search(made, wanted, base, rule).run()


def _trapped(made: ModelTree, left: ModelTree) -> Iterator[str]:
    """What a script must not have asked for."""
    asked = [
        parameter.structure_name
        for index, parameter in enumerate(left.parameters)
        if parameter.kind == "statistic"
        and parameter.grad_req != "null"
        and made.parameters[index].grad_req == "null"
    ]
    if asked:
        more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
        yield (
            f"{asked[0]}{more}: running statistics inside a SymbolBlock are asked for a gradient, "
            "and Trainer.step will fail; the plan leaves them out"
        )
