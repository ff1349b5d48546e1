"""A plan's rules in words, for the plan pane, the header and the form."""

from __future__ import annotations

from tui.figures import counted
from tui.model.findings import findings
from tui.model.plan import Action, FreezePlan, Rule
from tui.model.resolution import Resolution
from tui.model.tree import ModelTree

SHORT: dict[str, str] = {
    "freeze statistics": "freeze stats",
    "thaw statistics": "thaw stats",
}
"""Actions that are shown shorter than they are written."""

_VERBS: dict[Action, str] = {
    "freeze": "freezes",
    "thaw": "thaws",
    "freeze statistics": "fixes the statistics of",
    "thaw statistics": "lets the statistics move of",
}


def action_text(rule: Rule) -> str:
    """What a rule does, in at most thirteen cells: `freeze stats`, `lr_mult 0.1`."""
    if rule.value is None:
        return SHORT.get(rule.action, rule.action)
    return f"{rule.action} {rule.value:.3g}"


def selector_text(rule: Rule) -> str:
    """What a rule is for: `block features.0`, `all`."""
    if rule.by == "block" and not rule.select:
        return "the whole model"
    return f"{rule.by} {rule.select}" if rule.by != "all" else "all"


def rule_words(rule: Rule) -> str:
    """A rule as a sentence without its full stop: `thaws the head`."""
    verb = _VERBS.get(rule.action) or f"multiplies by {rule.value:g} the {_rate(rule.action)} of"
    return f"{verb} {_what(rule)}"


def _rate(action: Action) -> str:
    return "learning rate" if action == "lr_mult" else "weight decay"


def _what(rule: Rule) -> str:
    match rule.by:
        case "all":
            return "everything"
        case "role":
            return f"the {rule.select}"
        case "block" if not rule.select:
            return "everything"
        case "block" | "parameter":
            return f"{rule.by} {rule.select}"
        case "names":
            what = f"what {rule.select} matches in collect_params()"
            return what if rule.covers is None else f"{what}, as it was when the rule was made"
        case "structure":
            return f"what {rule.select} finds in structure names"
        case _:
            return f"structure names like {rule.select}"


def count_words(selected: int, decided: int, rule: Rule) -> str:
    """How far a rule reaches: `selects 175, decides 97, overruled on 78`."""
    if rule.off:
        return f"selects {selected:,}, switched off"
    overruled = f", overruled on {selected - decided:,}" if decided < selected else ""
    when = f"from epoch {rule.epoch} " if rule.epoch > 1 else ""
    return f"selects {selected:,}, {when}decides {decided:,}{overruled}"


def schedule_words(plan: FreezePlan) -> str:
    """What of a plan comes later: `2 rules from epoch 3`; empty where nothing does."""
    later = [rule for rule in plan.rules if rule.epoch > 1 and not rule.off]
    if not later:
        return ""
    epochs = sorted({rule.epoch for rule in later})
    when = f"epoch {epochs[0]}" + (f", the last from {epochs[-1]}" if len(epochs) > 1 else "")
    return f"{counted(len(later), 'rule')} from {when}"


def plan_title(plan: FreezePlan) -> str:
    """What a plan is, in one line."""
    parts = [counted(len(plan.rules), "rule") if plan.rules else "no rules: as it was built"]
    if later := schedule_words(plan):
        parts.append(later)
    if plan.dropout_off:
        parts.append("dropout off in frozen blocks")
    return "plan: " + " · ".join(parts)


def missed_words(plan: FreezePlan, resolution: Resolution, tree: ModelTree) -> str:
    """Which rules select nothing, in one line; empty where all do."""
    missed = [str(number + 1) for number in resolution.missed]
    name = tree.model.name
    if not missed:
        return ""
    if len(missed) == len(plan.rules) > 1:
        none = f"none of its {len(missed):,} rules selects anything"
        return f"{none} in {name}: it is for another model"
    if len(missed) == 1:
        return f"rule {missed[0]} selects nothing in {name}"
    return f"rules {', '.join(missed[:-1])} and {missed[-1]} select nothing in {name}"


def serious_words(plan: FreezePlan, resolution: Resolution, tree: ModelTree) -> list[str]:
    """Where a plan does not do what it says, a line each; which rules miss is one of them.

    Raises:
        PatternError: a rule's pattern cannot be used.
    """
    missed = missed_words(plan, resolution, tree)
    others = [
        finding.text
        for finding in findings(plan, tree)
        if finding.serious and finding.rule not in resolution.missed
    ]
    return [missed, *others] if missed else others
