"""What single keys do to a plan: toggles, and the invert. Each is a rule, folded into few."""

from __future__ import annotations

from collections.abc import Sequence

from tui.model.folding import folded
from tui.model.plan import STATES, STATISTICS, Action, FreezePlan, Rule, Selector
from tui.model.resolution import Resolution, built_states, resolve, same_effect
from tui.model.states import State, Statistic
from tui.model.tree import ModelTree


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


def statistics_toggled(
    plan: FreezePlan, tree: ModelTree, node: int, resolution: Resolution
) -> FreezePlan:
    """The plan after a toggle of the statistics at and below a node: let those move that are
    all fixed, fix the rest, whatever their weights do. A node that belongs to no norm layer
    leaves the plan as it is."""
    norms = {tree.norm_of[index] for index in tree.under(node) if index in tree.norm_of}
    if not norms:
        return plan
    move = all(
        resolution.statistics[tree.norms[norm].statistics[0]] is Statistic.FIXED for norm in norms
    )
    action: Action = "thaw statistics" if move else "freeze statistics"
    by: Selector = "block" if tree.nodes[node].is_block else "parameter"
    return plan.with_rules(Rule(action, by, tree.nodes[node].path))


def simplified(plan: FreezePlan, tree: ModelTree) -> FreezePlan:
    """The plan with the run of toggles at its end told in the fewest rules."""
    kept = len(plan.rules)
    while kept and _is_toggle(plan.rules[kept - 1]):
        kept -= 1
    run = plan.rules[kept:]
    if len(run) < 2:
        return plan
    before = plan.replaced(plan.rules[:kept])
    wanted = resolve(plan, tree)
    told = folded(tree, wanted.states, resolve(before, tree).states)
    on_statistics = tuple(rule for rule in run if rule.action in STATISTICS)
    shorter = before.with_rules(*told, *on_statistics)
    # Statistics follow rules on weights that change no state, and a schedule changes it later.
    simple = not (tree.weightless or len(plan.epochs) > 1)
    simple = simple and not any(rule.action in STATISTICS for rule in plan.rules)
    if not simple and not same_effect(shorter, plan, tree):
        shorter = plan
    if on_statistics:
        shorter = _without_needless(shorter, kept, tree)
    return shorter if len(shorter.rules) < len(plan.rules) else plan


def _is_toggle(rule: Rule) -> bool:
    return (
        rule.by in ("block", "parameter", "all")
        and rule.action in STATES | STATISTICS
        and rule.epoch == 1
        and not rule.off
    )


def _without_needless(plan: FreezePlan, kept: int, tree: ModelTree) -> FreezePlan:
    """The plan without those rules on statistics behind its first `kept` that change nothing."""
    for place in range(kept, len(plan.rules)):
        shorter = plan.replaced((*plan.rules[:place], *plan.rules[place + 1 :]))
        if plan.rules[place].action in STATISTICS and same_effect(shorter, plan, tree):
            # What is left may have answered to that rule alone.
            return _without_needless(shorter, kept, tree)
    return plan


def inverted(plan: FreezePlan, tree: ModelTree) -> FreezePlan:
    """The plan that turns trainable and frozen around. What it says of statistics and
    multipliers stays; its schedule goes, since what would come later is turned around too.

    Raises:
        PatternError: a rule's pattern cannot be used.
    """
    other = {State.TRAINABLE: State.FROZEN, State.FROZEN: State.TRAINABLE}
    states = [other.get(state, state) for state in resolve(plan, tree).states]
    others = tuple(rule for rule in plan.rules if rule.action not in STATES)
    return plan.replaced((*folded(tree, states, built_states(tree)), *others))
