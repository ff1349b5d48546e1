"""Edits of a plan's list of rules, each a new plan. Places count from 0."""

from __future__ import annotations

import msgspec

from tui.model.plan import FreezePlan, Rule


def inserted(plan: FreezePlan, place: int, rule: Rule) -> FreezePlan:
    """The plan with one rule more, which stands at `place`."""
    return plan.replaced((*plan.rules[:place], rule, *plan.rules[place:]))


def replaced(plan: FreezePlan, place: int, rule: Rule) -> FreezePlan:
    """The plan with another rule at a place."""
    return plan.replaced((*plan.rules[:place], rule, *plan.rules[place + 1 :]))


def without(plan: FreezePlan, place: int) -> FreezePlan:
    """The plan without the rule at a place."""
    return plan.replaced((*plan.rules[:place], *plan.rules[place + 1 :]))


def moved(plan: FreezePlan, place: int, by: int) -> FreezePlan:
    """The plan with a rule moved by so many places; as it is where that is past an end."""
    if not 0 <= place + by < len(plan.rules):
        return plan
    return inserted(without(plan, place), place + by, plan.rules[place])


def switched(plan: FreezePlan, place: int) -> FreezePlan:
    """The plan with a rule switched off, or on again."""
    rule = plan.rules[place]
    return replaced(plan, place, msgspec.structs.replace(rule, off=not rule.off))
