"""What a rule selects, worked out between keystrokes: patterns in slices, so that typing never
waits."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import translate

from tui.app.pattern_match import Names, match_in_slices, match_pattern
from tui.app.session import Session
from tui.figures import counted, short
from tui.model.plan import MULTIPLIERS, STATES, STATISTICS, Rule
from tui.model.resolution import select, statistics_at
from tui.model.selection import PatternError
from tui.model.states import State, Statistic


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule selects, by parameter index; with an `error` nothing is known. `found` are the
    parameters that the selector names, `selected` those (or the statistics) that it acts on."""

    rule: Rule
    found: tuple[int, ...] = ()
    selected: tuple[int, ...] = ()
    error: str = ""

    @property
    def nothing(self) -> bool:
        """Whether the rule can be used, and selects nothing."""
        return not self.error and not self.selected


async def judge_rule(rule: Rule, session: Session) -> Judged:
    """Find out what a rule selects, giving way to the event loop while a pattern is matched."""
    try:
        found = tuple(await _found(rule, session))
    except PatternError as error:
        return Judged(rule, error=str(error))
    selected = tuple(statistics_at(session.tree, found)) if rule.action in STATISTICS else found
    return Judged(rule, found, selected)


async def _found(rule: Rule, session: Session) -> list[int]:
    tree = session.tree
    if rule.by in ("names", "structure", "glob") and not rule.select:
        raise PatternError("type a pattern; all stands for the whole model")
    if rule.by == "structure" or (rule.by == "names" and rule.covers is None):
        by: Names = "names" if rule.by == "names" else "structure"
        matched = await match_pattern(rule.select, by, tree)
        if matched.error:
            raise PatternError(matched.error)
        return list(matched.parameters)
    if rule.by == "glob":
        names, owners = list(tree.parameter_of), list(tree.parameter_of.values())
        places = await match_in_slices(translate(rule.select), names, search=False)
        return sorted({owners[place] for place in places})
    return select(rule, tree, session.roles)


def told(judged: Judged, session: Session) -> str:
    """What a rule would select, in one line."""
    rule, selected = judged.rule, judged.selected
    if judged.error:
        return judged.error.removeprefix("the pattern ")
    if judged.nothing:
        what = "no norm layer" if judged.found and rule.action in STATISTICS else "nothing"
        return f"selects {what} in this model"
    if rule.action in STATISTICS:
        now = [session.resolution.statistics[index] for index in selected]
        fixed = now.count(Statistic.FIXED)
        return f"selects {counted(len(selected), 'statistic')}: {fixed:,} are fixed now"
    values = sum(map(session.tree.values.__getitem__, selected))
    text = f"selects {counted(len(selected), 'parameter')}"
    states = [session.resolution.states[index] for index in selected]
    if rule.action in MULTIPLIERS:
        return f"{text}, {states.count(State.TRAINABLE):,} of them train now"
    facts = [
        f"{states.count(state):,} {state.word}"
        for state in (State.TRAINABLE, State.FROZEN, State.AUXILIARY)
        if state in states
    ]
    return f"{text}: {', '.join(facts)} now; {short(values)} values"


def doubt(judged: Judged, session: Session) -> str:
    """Why a rule is not taken without asking again; empty where there is no doubt."""
    if judged.nothing:
        return told(judged, session)
    if judged.rule.action in STATES and not any(
        session.tree.parameters[index].can_train for index in judged.selected
    ):
        return "selects only statistics and constants, which cannot train"
    return ""
