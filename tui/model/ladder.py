"""Unfreezing from the head down: head, neck, then the trunk stage by stage.

"Unfreeze a few more layers" is one rung down, one key; the lowest rung trains everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tui.model.families import Roles
from tui.model.folding import folded
from tui.model.plan import FreezePlan, Rule
from tui.model.resolution import resolve
from tui.model.stages import find_stages
from tui.model.states import State
from tui.model.tree import ModelTree


@dataclass(frozen=True)
class Ladder:
    """The rungs of one model. On rung 0 only the head trains, on each further one more."""

    tree: ModelTree
    roles: Roles

    @cached_property
    def rungs(self) -> tuple[tuple[str, ...], ...]:
        """What each rung adds to the one before, by structure paths; none where nothing tells
        the head."""
        if not self.roles.head:
            return ()
        stages = reversed(find_stages(self.tree, self.roles))
        named = [self.roles.head, self.roles.neck, *(stage.paths for stage in stages)]
        found: list[tuple[str, ...]] = []
        reached: set[int] = set()
        for paths in (*named, ("",)):
            new = {i for i in self._under(paths) if self.tree.parameters[i].can_train} - reached
            reached |= new
            # What has no role at all comes last, with everything.
            if new or not found:
                found.append(paths)
        return tuple(found)

    def plan(self, rung: int) -> FreezePlan:
        """The plan of a rung: everything frozen but what is on it and on those before."""
        if rung >= len(self.rungs) - 1:
            return FreezePlan((Rule("thaw", "all"),))
        rules = [Rule("freeze", "all"), Rule("thaw", "role", "head")]
        if rung >= 1 and self.roles.neck:
            rules.append(Rule("thaw", "role", "neck"))
        start = FreezePlan(tuple(rules))
        base = resolve(start, self.tree).states
        told = folded(self.tree, self._states(rung), base)
        # Where it takes as few either way, the stages read better than what they hold.
        named = [path for paths in self.rungs[1 : rung + 1] for path in paths]
        stages = tuple(self._thaw(path) for path in named if path not in self.roles.neck)
        return start.with_rules(*(stages if len(stages) <= len(told) else told))

    def _thaw(self, path: str) -> Rule:
        is_block = self.tree.nodes[self.tree.index_of[path]].is_block
        return Rule("thaw", "block" if is_block else "parameter", path)

    def title(self, rung: int) -> str:
        """A rung in words: `head only`, `from layer3 up`."""
        if rung == 0:
            return "head only"
        paths = self.rungs[rung]
        if rung >= len(self.rungs) - 1:
            return "all"
        return "head and neck" if paths == self.roles.neck else f"from {paths[0]} up"

    def rung_of(self, states: Sequence[State]) -> int:
        """The rung on which a model stands: the last one of which, and of all before, everything
        trains; -1 where not even the head does."""
        for rung, paths in enumerate(self.rungs):
            if any(states[index] is State.FROZEN for index in self._under(paths)):
                return rung - 1
        return len(self.rungs) - 1

    def next_rung(self, states: Sequence[State], by: int) -> int | None:
        """The rung beside the one on which a model stands, one down (`by` 1: more trains) or one
        up (-1); None where there is none. From between two rungs, up is to the nearest."""
        here = self.rung_of(states)
        rung = here + by if by > 0 or self.stands_on(here, states) else here
        return rung if 0 <= rung < len(self.rungs) else None

    def stands_on(self, rung: int, states: Sequence[State]) -> bool:
        """Whether exactly what is on a rung, and on those before, trains."""
        return tuple(states) == tuple(self._states(rung))

    def _states(self, rung: int) -> list[State]:
        reached = {index for paths in self.rungs[: rung + 1] for index in self._under(paths)}
        return [
            built
            if built is State.AUXILIARY
            else State.TRAINABLE
            if index in reached
            else State.FROZEN
            for index, built in enumerate(self.tree.built_states)
        ]

    def _under(self, paths: Sequence[str]) -> list[int]:
        return [i for path in paths for i in self.tree.under(self.tree.index_of[path])]
