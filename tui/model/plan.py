"""The freeze plan as data: ordered rules, each a selector and an action; later rules win.

What a plan makes of a model is worked out in `tui.model.resolution`.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import msgspec

PLAN_VERSION = 1

Selector = Literal["all", "block", "parameter", "names", "structure", "glob", "role"]
Action = Literal["freeze", "thaw", "freeze statistics", "thaw statistics", "lr_mult", "wd_mult"]

SELECTORS: tuple[Selector, ...] = get_args(Selector)
ACTIONS: tuple[Action, ...] = get_args(Action)

STATES: frozenset[Action] = frozenset({"freeze", "thaw"})
"""The actions that decide whether parameters train."""

STATISTICS: frozenset[Action] = frozenset({"freeze statistics", "thaw statistics"})
"""The actions that decide whether running means and variances move, whatever their weights do."""

MULTIPLIERS: frozenset[Action] = frozenset({"lr_mult", "wd_mult"})
"""The actions that have a value."""


class Rule(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One rule.

    `by` says how `select` is read: `block` and `parameter` are structure names, `names` a regex
    on prefixed names as in `collect_params`, `structure` a regex searched in structure names,
    `glob` a shell pattern on structure names, `role` is trunk, neck or head, `all` needs none.
    `covers` holds the structure names that a `names` rule selected when it was made: prefixed
    names depend on how many blocks a process has built before, structure names do not.

    `value` is the multiplier of `lr_mult` and `wd_mult`. `epoch` is the one at whose beginning
    the rule comes into force, 1 being the first; `off` keeps a rule without using it.
    """

    action: Action
    by: Selector
    select: str = ""
    covers: tuple[str, ...] | None = None
    value: float | None = None
    epoch: int = 1
    off: bool = False

    def __post_init__(self) -> None:
        if (self.value is not None) is not (self.action in MULTIPLIERS):
            wants = "needs a value" if self.action in MULTIPLIERS else "takes no value"
            raise ValueError(f"{self.action} {wants}")
        if self.value is not None and not (math.isfinite(self.value) and self.value >= 0):
            raise ValueError(f"{self.action} is a number from 0 up, not {self.value:g}")
        if self.epoch < 1:
            raise ValueError(f"epochs count from 1, not {self.epoch}")


class FreezePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ordered rules over the states with which the network was built.

    With `dropout_off`, dropout is switched off inside blocks in which nothing trains.
    """

    rules: tuple[Rule, ...] = ()
    dropout_off: bool = False
    version: int = PLAN_VERSION

    def with_rules(self, *rules: Rule) -> FreezePlan:
        """This plan with more rules at its end."""
        return msgspec.structs.replace(self, rules=(*self.rules, *rules))

    def replaced(self, rules: tuple[Rule, ...]) -> FreezePlan:
        """This plan with other rules."""
        return msgspec.structs.replace(self, rules=rules)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs at whose beginning something comes into force, 1 always among them."""
        return tuple(sorted({1, *(rule.epoch for rule in self.rules if not rule.off)}))


def describe(rule: Rule) -> str:
    """A rule in words: `freeze block features`, `lr_mult 0.1 role trunk from epoch 3`."""
    parts = [
        "" if rule.value is None else f"{rule.value:g}",
        rule.by,
        rule.select,
        f"from epoch {rule.epoch}" if rule.epoch > 1 else "",
    ]
    return " ".join(part for part in (rule.action, *parts) if part)
