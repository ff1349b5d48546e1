"""Which models are left by what has been typed, and in which order."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from textual.fuzzy import FuzzySearch

from tui.app.model_rows import ModelRow, folded

NEAREST = 5

LONGEST_NAME = 100
"""Letters of a name that may still be near: comparing takes the square of it."""

_NOWHERE = 9

_Rank = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The rows that are left, best first; with `nearest` nothing matches, and these only have
    names like it."""

    rows: Sequence[ModelRow]
    nearest: bool = False


def narrow(rows: Sequence[ModelRow], typed: str) -> Narrowed:
    """The rows that match all words of what was typed.

    A word that stands anywhere (in a name, a task, a family, a data set) as it is typed means
    that; of any other the letters have to come in a name in this order: `frcnn`. Models opened
    lately stay before all others.
    """
    words = re.split(r"[\s,]+", folded(typed).strip(" ,\t"))
    if words == [""]:
        return Narrowed(rows)
    fuzzy = FuzzySearch(cache_size=1)
    standing = {word: any(word in row.words for row in rows) for word in words}
    found = []
    for place, row in enumerate(rows):
        ranks = []
        for word in words:
            rank = _literal(word, row) if standing[word] else _by_letters(fuzzy, word, row)
            if rank is None:
                break
            ranks.append(rank)
        else:
            best = (sum(rank[0] for rank in ranks), sum(rank[1] for rank in ranks))
            found.append((row.recent is None, *best, place, row))
    if not found:
        return Narrowed(_nearest(rows, "_".join(words)), nearest=True)
    found.sort(key=lambda one: one[:4])
    return Narrowed([one[4] for one in found])


def _literal(word: str, row: ModelRow) -> _Rank | None:
    if word not in row.words:
        return None
    name = row.name
    if word == name:
        return 0, 0.0
    if name.startswith(word):
        return 1, 0.0
    if re.search(rf"[_.]{re.escape(word)}", name):
        return 2, 0.0
    return (3 if word in name else 4), 0.0


def _by_letters(fuzzy: FuzzySearch, word: str, row: ModelRow) -> _Rank | None:
    if row.entry is None:
        # The search tries every way in which the letters can be found. That is quick for a name
        # of the zoo, but a path can be anything; and these stay before all others anyway.
        letters = iter(row.name)
        return (_NOWHERE, 0.0) if all(letter in letters for letter in word) else None
    # With spaces for underscores the search knows where the parts of a name begin.
    score, _ = fuzzy.match(word.replace("_", " "), row.name.replace("_", " "))
    return (_NOWHERE, -score) if score else None


def _nearest(rows: Sequence[ModelRow], typed: str) -> list[ModelRow]:
    by_name = {row.name: row for row in reversed(rows) if len(row.name) < LONGEST_NAME}
    near = difflib.get_close_matches(typed, by_name, n=NEAREST, cutoff=0.5)
    return [by_name[name] for name in near]
