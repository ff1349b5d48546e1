"""What a pattern selects, worked out between keystrokes: in slices, so that typing never waits."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.app.actions import key_of
from tui.figures import counted, short
from tui.model.exact_pattern import MOST_NAMES
from tui.model.plan import Action
from tui.model.selection import (
    TIME_LIMIT,
    Hint,
    PatternError,
    compile_pattern,
    match_names,
    suggest,
)
from tui.model.states import State
from tui.model.tree import ModelTree

SLICE = 400
"""Names matched in one turn of the event loop: about half a millisecond. A key takes ten turns
from the terminal to the frame that shows it."""

SLICE_LIMIT = 0.2
"""Seconds that one slice may take: a pattern that backtracks holds up the screen for no more."""

HINT_PAUSE = 0.15
"""Seconds that pass, in a large model, before it is worked out what was probably meant."""

Names = Literal["names", "structure"]
"""Which names a pattern is for, as a plan's rule says it."""


@dataclass(frozen=True, slots=True)
class Matched:
    """What a pattern selects. `parameters` are indices; `hint` is there only where the pattern
    selects nothing or everything; with an `error` nothing else is known."""

    pattern: str
    by: Names
    parameters: tuple[int, ...] = ()
    everything: bool = False
    hint: Hint | None = None
    error: str = ""

    @property
    def nothing(self) -> bool:
        """Whether the pattern can be used, and selects no parameter."""
        return not self.error and not self.parameters


async def match_pattern(pattern: str, by: Names, tree: ModelTree) -> Matched:
    """What a pattern selects of a model, giving way to the event loop after each slice."""
    if by == "names":
        names: Sequence[str] = tree.names
        owners: Sequence[int] | None = None
    else:
        names, owners = list(tree.parameter_of), list(tree.parameter_of.values())
    try:
        compile_pattern(pattern)
        found = await match_in_slices(pattern, names, search=by == "structure")
    except PatternError as error:
        return Matched(pattern, by, error=str(error))
    hint = None
    if by == "names" and len(found) in (0, len(names)):
        # It matches other patterns, each in one go: in a thread, which with many names slows the
        # screen all the same, and so waits until no more is typed.
        if len(names) > MOST_NAMES:
            await asyncio.sleep(HINT_PAUSE)
        few = tree.parameters if len(names) <= MOST_NAMES else ()
        structure_names = [one.structure_names for one in few]
        hint = await asyncio.to_thread(suggest, pattern, names, structure_names)
    # Not before: a match that is given up while it waits should not hold so many numbers.
    parameters = tuple(sorted({owners[index] for index in found}) if owners else found)
    everything = len(parameters) == len(tree.parameters)
    return Matched(pattern, by, parameters, everything, hint)


async def match_in_slices(pattern: str, names: Sequence[str], *, search: bool) -> Sequence[int]:
    """The indices of the names that a pattern selects, as `match_names` does it.

    Raises:
        PatternError: it does not compile, or takes too long.
    """
    # No list: garbage collection would go through all of it while typing waits.
    found = array("i")
    spent = 0.0
    for start in range(0, len(names), SLICE):
        began = time.monotonic()
        found.extend(
            start + index
            for index in match_names(
                pattern,
                names[start : start + SLICE],
                search=search,
                limit=max(0.01, min(SLICE_LIMIT, TIME_LIMIT - spent)),
            )
        )
        spent += time.monotonic() - began
        await asyncio.sleep(0)
    return found


def told(matched: Matched, tree: ModelTree, states: Sequence[State]) -> str:
    """What a pattern selects, in one line."""
    if matched.error:
        return _error(matched)
    if matched.nothing:
        return "nothing matches"
    values = sum(map(tree.values.__getitem__, matched.parameters))
    by_state = bytes(map(states.__getitem__, matched.parameters))
    facts = [
        f"{by_state.count(state):,} {state.word}"
        for state in (State.TRAINABLE, State.FROZEN, State.AUXILIARY)
        if state in by_state
    ]
    count = counted(len(matched.parameters), "parameter")
    match = "matches" if len(matched.parameters) == 1 else "match"
    start = f"all {count} {match}" if matched.everything else f"{count} {match}"
    return f"{start} · {short(values)} values · {', '.join(facts)}"


def _error(matched: Matched) -> str:
    # The pattern stands right above, and 80 columns are few.
    return matched.error.removeprefix("the pattern ")


def hinted(matched: Matched, head: Sequence[str]) -> str:
    """What was probably meant, and why, in one line; empty where nothing is to be said. `head`
    are the model's last layers, which most such patterns are after."""
    if matched.hint is not None:
        take = key_of("pattern.take_hint")
        return f"{take}: {matched.hint.pattern}  {matched.hint.reason}"
    if matched.everything and head:
        back, only = key_of("pattern.cancel"), key_of("model.head_only")
        return f"last layers: {', '.join(head)}; {back}, then {only} leaves them out"
    return ""


def refusal(matched: Matched, action: Action, *, confirmed: bool, can_train: bool) -> str:
    """Why a pattern is not applied, in one line; empty where it can be."""
    verb = "frozen" if action == "freeze" else "thawed"
    if matched.error:
        return _error(matched)
    take = f"; {key_of('pattern.take_hint')} takes the pattern below" if matched.hint else ""
    if matched.nothing:
        return f"nothing matches, so nothing would be {verb}{take}"
    if not can_train:
        return "nothing that matches can train: these are statistics and constants"
    if matched.everything and action == "freeze" and not confirmed:
        return f"everything matches: {key_of('pattern.freeze')} again freezes all of it{take}"
    return ""
