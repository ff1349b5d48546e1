"""What moved, held against what was to move: the judgement on a proof's digests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from tui.runs.events import Proof
from tui.runs.proof_file import Interval, Witnessed

Why = Literal["frozen", "statistic", "lr_mult", "constant", "between"]
"""Why something should have kept still; `between` is for what changed between two intervals."""

BROKEN: dict[Why, str] = {
    "frozen": "frozen, and it changed",
    "statistic": "a statistic that was to be fixed moved; grad_req does not stop it, "
    "use_global_stats does",
    "lr_mult": "lr_mult 0, and it changed all the same; lr_mult=0 is not freezing "
    "(momentum still moves it), grad_req='null' is",
    "constant": "a constant, and it changed",
    "between": "changed while nothing trained",
}
"""What is said of each."""

_Role = Literal["trainable", "frozen", "held", "fixed", "moving", "constant"]

_MUST_STAY: dict[_Role, Why] = {
    "frozen": "frozen",
    "held": "lr_mult",
    "fixed": "statistic",
    "constant": "constant",
}


class Broken(msgspec.Struct, frozen=True):
    """Something frozen that changed, by structure name, in which steps, and why it should not."""

    name: str
    why: Why
    first_step: int
    last_step: int


class Verdict(msgspec.Struct, frozen=True):
    """Every parameter and statistic by structure name, each in one group.

    `frozen` and `statistics_fixed` are identical, `lr_mult_zero` are identical though nothing but
    their multiplier held them; `changed` and `unchanged` are trainable ones, `unchanged` dead
    layers or ones that no gradient reaches; `statistics_moved` and `statistics_unmoved` were free
    to. `constants` cannot train at all. `broken` must be empty. What was frozen for a part of the
    run, and identical in that, is in `frozen_at_times` as well as in its group.
    """

    frozen: tuple[str, ...] = ()
    statistics_fixed: tuple[str, ...] = ()
    lr_mult_zero: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    statistics_moved: tuple[str, ...] = ()
    statistics_unmoved: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    frozen_at_times: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything frozen kept still."""
        return not self.broken


def judge(intervals: Sequence[Interval]) -> Verdict:
    """Judge a proof. What trained in any interval counts as trainable."""
    stories: dict[str, list[tuple[Interval, Witnessed]]] = {}
    for interval in intervals:
        for one in interval.parameters:
            stories.setdefault(one.name, []).append((interval, one))
    groups: dict[str, list[str]] = {}
    broken: list[Broken] = []
    at_times: list[str] = []
    for name, story in stories.items():
        found = _first_break(name, story)
        if found is not None:
            broken.append(found)
            continue
        roles = {_role(one) for _, one in story}
        groups.setdefault(_group([one for _, one in story]), []).append(name)
        if "trainable" in roles and not roles.isdisjoint(("frozen", "held")):
            at_times.append(name)
    return Verdict(
        **{group: tuple(names) for group, names in groups.items()},
        frozen_at_times=tuple(at_times),
        broken=tuple(broken),
    )


def summary(verdict: Verdict, intervals: int = 1) -> Proof:
    """A verdict as the event that a screen shows."""
    return Proof(
        frozen_identical=len(verdict.frozen),
        statistics_identical=len(verdict.statistics_fixed),
        trainable_changed=len(verdict.changed),
        unchanged=verdict.unchanged,
        broken=tuple(one.name for one in verdict.broken),
        statistics_moved=len(verdict.statistics_moved),
        lr_mult_zero=len(verdict.lr_mult_zero),
        not_freezing=tuple(one.name for one in verdict.broken if one.why == "lr_mult"),
        frozen_at_times=len(verdict.frozen_at_times),
        intervals=intervals,
    )


def in_words(verdict: Verdict) -> list[str]:
    """A verdict as lines for people: failures first, each named, then what held."""
    lines = [f"! {broken_in_words(one)}" for one in verdict.broken]
    lines += _counted("frozen", (verdict.frozen, "identical, bit for bit")) or ["frozen      none"]
    lines += _counted(
        "lr_mult 0", (verdict.lr_mult_zero, "identical this time; lr_mult=0 is not freezing")
    )
    lines += _counted(
        "statistics",
        (verdict.statistics_fixed, "fixed: identical"),
        (verdict.statistics_moved, "moved, as intended"),
        (verdict.statistics_unmoved, "free to move: unchanged"),
    )
    lines += _counted(
        "trainable", (verdict.changed, "changed"), (verdict.unchanged, "did not change")
    )
    lines += _counted(
        "for a time",
        (verdict.frozen_at_times, "of these were frozen for part of the run, and identical then"),
    )
    if verdict.unchanged:
        lines.append("! trainable, and unchanged: dead layers, or ones that no gradient reaches:")
        lines += [f"    {name}" for name in verdict.unchanged]
    return lines


def broken_in_words(one: Broken) -> str:
    """One failure in a line: the name, what happened, and what would have held it."""
    when = ""
    if one.last_step:
        between = one.why == "between"
        word, joint = ("between steps", "and") if between else ("steps", "to")
        when = f" ({word} {one.first_step:,} {joint} {one.last_step:,})"
    return f"{one.name}: {BROKEN[one.why]}{when}"


def _role(one: Witnessed) -> _Role:
    if one.kind == "statistic":
        return "fixed" if one.statistic == "fixed" else "moving"
    if one.kind == "constant":
        return "constant"
    if one.state == "frozen":
        return "frozen"
    return "held" if one.lr_mult == 0 and not one.thawed else "trainable"


def _first_break(name: str, story: Sequence[tuple[Interval, Witnessed]]) -> Broken | None:
    for interval, one in story:
        why = _MUST_STAY.get(_role(one))
        # MXNet itself writes 1 into a gamma that it does not use.
        written = one.kind == "constant" and name.endswith("gamma")
        if why and not one.same and not written:
            return Broken(name, why, interval.first_step, interval.last_step)
    for (earlier, before), (later, after) in pairwise(story):
        if before.after != after.before:
            return Broken(name, "between", earlier.last_step, later.first_step)
    return None


def _group(story: Iterable[Witnessed]) -> str:
    """The field of a verdict that something belongs to; none of it is broken."""
    moved: dict[_Role, bool] = {}
    for one in story:
        role = _role(one)
        moved[role] = moved.get(role, False) or not one.same
    if "trainable" in moved:
        return "changed" if moved["trainable"] else "unchanged"
    if "moving" in moved:
        return "statistics_moved" if moved["moving"] else "statistics_unmoved"
    if "fixed" in moved:
        return "statistics_fixed"
    if "constant" in moved:
        return "constants"
    return "lr_mult_zero" if "held" in moved else "frozen"


def _counted(label: str, *parts: tuple[Sequence[str], str]) -> list[str]:
    told = "; ".join(f"{len(names):,} {what}" for names, what in parts if names)
    return [f"{label:<12}{told}"] if told else []
