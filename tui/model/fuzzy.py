"""Finding by a few letters of a name, in their order: `f0w` finds `features.0.weight`.

Textual's own fuzzy search tries every way in which the letters can be laid over a name: over the
200,000 names of a large model it takes seven times as long, and it cannot be told that a match
should reach into the last part. rapidfuzz measures how alike two texts are, and does not say
which letters it found.
"""

from __future__ import annotations

import re
from functools import cached_property
from itertools import pairwise

WHOLE = 1000
"""The least score of a name that holds what was typed in one piece."""

_BOUNDARIES = "._"


class FuzzyQuery:
    """What was typed; capitals and blanks do not count."""

    def __init__(self, typed: str) -> None:
        self.text = _lower("".join(typed.split()))

    @cached_property
    def _in_order(self) -> re.Pattern[str]:
        # Each letter is reached by what it is not, so that a name is gone along once.
        return re.compile("".join(f"[^{re.escape(one)}]*{re.escape(one)}" for one in self.text))

    def is_in(self, name: str) -> bool:
        """Whether a name holds it in one piece."""
        return self.text in name.lower()

    def is_in_order(self, name: str) -> bool:
        """Whether a name holds its letters in their order."""
        return self._in_order.match(_lower(name)) is not None

    def positions(self, name: str, last_from: int = 0) -> tuple[int, ...]:
        """Where in a name its letters are best found; empty where they are not. The last of them
        is at `last_from` or behind."""
        low, text = _lower(name), self.text
        found: list[int] = []
        start = low.find(text, max(0, last_from - len(text) + 1)) if text else -1
        while start >= 0:
            found.append(start)
            start = low.find(text, start + 1)
        if found:
            best = max(found, key=lambda at: (_begins(low, at), _ends(low, at + len(text)), at))
            return tuple(range(best, best + len(text)))
        places: list[int] = []
        end = len(low)
        for letter in reversed(text):
            end = low.rfind(letter, 0 if places else last_from, end)
            if end < 0:
                return ()
            places.append(end)
        return tuple(reversed(places))

    def score(self, name: str, last_from: int = 0) -> int:
        """How well a name fits, 0 where it does not: best in one piece, at the beginning of a
        part, to its end; then where the letters are few pieces, or begin parts."""
        places = self.positions(name, last_from)
        if not places:
            return 0
        low, first, behind = _lower(name), places[0], places[-1] + 1
        if behind - first == len(places):
            fits = 200 * _begins(low, first) + 100 * _ends(low, behind)
            return WHOLE + 200 + fits - min(len(name), 200)
        joined = sum(after == before + 1 for before, after in pairwise(places))
        begun = sum(_begins(low, place) for place in places)
        return max(1, WHOLE // 2 + 10 * joined + 15 * begun - (behind - first - len(places)))


def _lower(name: str) -> str:
    # A few letters take more room in lower case; positions have to stay true.
    low = name.lower()
    return low if len(low) == len(name) else name


def _begins(name: str, at: int) -> bool:
    return at == 0 or name[at - 1] in _BOUNDARIES


def _ends(name: str, at: int) -> bool:
    return at == len(name) or name[at] in _BOUNDARIES
