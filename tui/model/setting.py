"""What is set of every parameter: one attribute, as it is before, and as it is to become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tui.model.plan import Rule
from tui.model.resolution import Resolution
from tui.model.states import State
from tui.model.tree import ModelTree

Attribute = Literal["grad_req", "lr_mult", "wd_mult"]
Value = str | float


@dataclass(frozen=True)
class Setting:
    """One attribute of parameters, by parameter index, before and after; None where it does not
    matter what it is: nothing can make a statistic or a constant train."""

    attribute: Attribute
    before: tuple[Value | None, ...]
    after: tuple[Value | None, ...]

    @cached_property
    def matters(self) -> tuple[bool, ...]:
        """Whether it matters what becomes of each parameter."""
        return tuple(value is not None for value in self.after)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The values that a step may set."""
        if self.attribute == "grad_req":
            return "null", "write"
        return tuple(dict.fromkeys(value for value in self.after if value is not None))

    @cached_property
    def starts(self) -> tuple[Value | None, ...]:
        """What everything could be set to first: nothing (None), and what most are to be, or for
        `grad_req` either value."""
        if self.attribute == "grad_req":
            return None, "null", "write"
        counted = Counter(value for value in self.after if value is not None)
        return None, *(value for value, _ in counted.most_common(1))

    @cached_property
    def changed(self) -> dict[Value, list[int]]:
        """The parameters that are to become otherwise, by what they are to become."""
        found: dict[Value, list[int]] = {}
        for value in self.values:
            indices = [
                index
                for index, wanted in enumerate(self.after)
                if wanted == value and self.before[index] != value
            ]
            if indices:
                found[value] = indices
        return found

    def value_of(self, rule: Rule) -> Value | None:
        """What a rule sets; None where it sets something else."""
        if self.attribute == "grad_req":
            return {"freeze": "null", "thaw": "write"}.get(rule.action)
        return rule.value if rule.action == self.attribute else None


def settings(
    tree: ModelTree, after: Resolution, before: Resolution | None = None
) -> tuple[Setting, ...]:
    """What is to be set for a resolution on a network that stands at another, or on a new one."""
    was = tree.built_states if before is None else before.states
    # A multiplier of a constant means nothing, and a new network has not got all of them: an
    # R-CNN makes its target generator in its first training step.
    built_lr = [None if one.kind == "constant" else one.lr_mult for one in tree.parameters]
    built_wd = [None if one.kind == "constant" else one.wd_mult for one in tree.parameters]
    return (
        Setting("grad_req", _requests(was), _requests(after.states)),
        Setting(
            "lr_mult",
            _multipliers(built_lr, before.lr_mults if before else {}),
            _multipliers(built_lr, after.lr_mults),
        ),
        Setting(
            "wd_mult",
            _multipliers(built_wd, before.wd_mults if before else {}),
            _multipliers(built_wd, after.wd_mults),
        ),
    )


def _requests(states: Sequence[State]) -> tuple[Value | None, ...]:
    words = {State.TRAINABLE: "write", State.FROZEN: "null"}
    return tuple(words.get(state) for state in states)


def _multipliers(
    built: Sequence[float | None], decided: Mapping[int, float]
) -> tuple[Value | None, ...]:
    return tuple(
        None if value is None else decided.get(index, value) for index, value in enumerate(built)
    )
