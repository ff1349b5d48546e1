"""A plan in a word or two, told by its rules alone: `head only`, `4 rules`."""

from __future__ import annotations

from tui.figures import counted
from tui.model.plan import MULTIPLIERS, STATISTICS, FreezePlan, Rule, describe
from tui.model.presets import BIASES, NORMS

_FREEZE_ALL = Rule("freeze", "all")
_HEAD = Rule("thaw", "role", "head")

_NAMES: dict[tuple[Rule, ...], str] = {
    (): "as built",
    (_FREEZE_ALL,): "all frozen",
    (_FREEZE_ALL, _HEAD): "head only",
    (_FREEZE_ALL, _HEAD, Rule("thaw", "role", "neck")): "head and neck",
    (Rule("freeze", "role", "trunk"),): "trunk frozen",
    (Rule("thaw", "all"),): "all",
    (_FREEZE_ALL, Rule("thaw", "structure", NORMS)): "norms only",
    (_FREEZE_ALL, Rule("thaw", "structure", BIASES)): "biases only",
}


def plan_name(plan: FreezePlan) -> str:
    """What a plan is called: a preset's name, the one rule that it has, or how many there are.
    Rules that are off, and those on statistics and multipliers, do not count in a name."""
    kept = tuple(
        rule for rule in plan.rules if not rule.off and rule.action not in STATISTICS | MULTIPLIERS
    )
    # A rule that takes all takes the place of those before it.
    start = max(
        (i for i, rule in enumerate(kept) if rule.by == "all" and rule.epoch == 1), default=0
    )
    kept = kept[start:]
    if kept in _NAMES:
        return _NAMES[kept]
    return describe(kept[0]) if len(kept) == 1 else counted(len(kept), "rule")
