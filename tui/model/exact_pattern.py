"""The shortest regex found that selects exactly these names, as `collect_params` reads it.

Gluon joins the names of nested blocks with an underscore and numbers them (`ssd0_conv3_weight`),
so a pattern is sought among the parts between underscores. The part in front counts the networks
that the process has built, so no pattern may depend on it.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 72
"""Characters of a pattern that a person still reads."""

MOST_NAMES = 2000
"""Names beyond which none is sought: it would take too long for a key press."""

_MOST_PIECES = 60


def exact_pattern(
    names: Sequence[str], wanted: Collection[int], either: Collection[int] = ()
) -> str | None:
    """A pattern that selects all names at the indices `wanted`, of those at `either` any, and
    no other. None where no short one is found."""
    must = frozenset(wanted)
    if not must or len(names) > MOST_NAMES:
        return None
    must_not = frozenset(range(len(names))) - must - frozenset(either)
    if not must_not:
        return ""
    index = _pieces(tuple(names))
    tries: list[str] = []
    for template, chosen, avoided in ((".*{}", must, must_not), ("(?!.*{})", must_not, must)):
        pieces = _cover(index, names, chosen, avoided)
        if pieces:
            tries += [template.format(text) for text in _texts(pieces)]
    tries += [re.escape(piece.text) for piece in index if piece.first]
    fits = [
        pattern
        for pattern in tries
        if len(pattern) <= LONGEST and _selects(pattern, names, must, must_not)
    ]
    return _trimmed(min(fits, key=len), names, must, must_not) if fits else None


def with_other_counters(names: Sequence[str]) -> list[list[str]]:
    """The same names as processes would give them that have built other networks before."""
    return _with_other_counters(tuple(names))


@lru_cache(maxsize=8)
def _with_other_counters(names: tuple[str, ...]) -> list[list[str]]:
    fronts = {name.split("_", 1)[0] for name in names}
    counted = {front for front in fronts if front[-1:].isdecimal()}
    if not counted:
        return []

    def more(front: str) -> str:
        return f"{front}{(int(front[-1]) + 3) % 10}"

    def another(front: str) -> str:
        return f"{front[:-1]}{(int(front[-1]) + 7) % 10}"

    return [
        [
            "_".join(renamed(part) if part in counted else part for part in name.split("_"))
            for name in names
        ]
        for renamed in (more, another)
    ]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of names: whole parts, or with `open` the beginning of one (`_conv` of `_conv3`).
    `stem` and `number` take apart one whole part that ends in a number."""

    text: str
    first: bool = False
    open: bool = False
    stem: str = ""
    number: str = ""


@lru_cache(maxsize=4)
def _pieces(names: tuple[str, ...]) -> dict[_Piece, set[int]]:
    found: dict[_Piece, set[int]] = {}
    for index, name in enumerate(names):
        parts = name.split("_")
        start = 1 if parts[0][-1:].isdecimal() else 0
        for i in range(start, len(parts)):
            for j in range(i + 1, min(i + 4, len(parts)) + 1):
                text = "_".join(parts[i:j])
                ended = "_" if j < len(parts) else ""
                left = "_" if i else ""
                number = re.search(r"\d+$", text)
                stem = text[: number.start()] if number else ""
                pieces = [
                    _Piece(
                        left + text + ended,
                        first=not i,
                        stem=left + stem if number and ended else "",
                        number=number[0] if number and ended else "",
                    )
                ]
                if number and stem:
                    pieces.append(_Piece(left + stem, first=not i, open=True))
                for piece in pieces:
                    found.setdefault(piece, set()).add(index)
    return found


def _cover(
    index: dict[_Piece, set[int]],
    names: Sequence[str],
    chosen: frozenset[int],
    avoided: frozenset[int],
) -> list[_Piece] | None:
    """Few pieces that occur in all chosen names and in none that is avoided."""
    # The piece that adds most is taken first. What a piece adds only ever falls, so it is worked
    # out anew only for the one in front.
    heap = [
        (-len(where & chosen), len(piece.text), number, piece)
        for number, (piece, where) in enumerate(index.items())
        if not piece.first and where & chosen and not where & avoided
    ]
    if not chosen.issubset(set().union(*(index[piece] for *_, piece in heap))):
        return None
    heapq.heapify(heap)
    left = set(chosen)
    pieces: list[_Piece] = []
    while left and heap and len(pieces) < _MOST_PIECES:
        known, length, number, piece = heapq.heappop(heap)
        adds = len(index[piece] & left)
        if adds < -known:
            if adds:
                heapq.heappush(heap, (-adds, length, number, piece))
        # Whole parts end at an underscore or at the end; as text they may occur in more names.
        elif not any(piece.text in names[i] for i in avoided):
            pieces.append(piece)
            left -= index[piece]
    return None if left else pieces


def _texts(pieces: list[_Piece]) -> list[str]:
    """The pieces as alternatives: one by one, and with their numbers told together."""
    plain = _either(re.escape(piece.text) for piece in pieces)
    numbered: dict[str, set[int]] = {}
    others = []
    for piece in pieces:
        if piece.number and str(int(piece.number)) == piece.number:
            numbered.setdefault(piece.stem, set()).add(int(piece.number))
        else:
            others.append(re.escape(piece.text))
    by_numbers: dict[frozenset[int], list[str]] = {}
    for stem, numbers in numbered.items():
        by_numbers.setdefault(frozenset(numbers), []).append(re.escape(stem))
    together = [f"{_either(stems)}{_numbers(numbers)}_" for numbers, stems in by_numbers.items()]
    return list(dict.fromkeys((plain, _either([*together, *others]))))


def _numbers(numbers: Iterable[int]) -> str:
    """`0..12` as `(\\d|1[0-2])`."""
    by_tens: dict[str, list[int]] = {}
    for number in sorted(numbers):
        by_tens.setdefault(str(number)[:-1], []).append(number % 10)
    return _either(tens + _digits(digits) for tens, digits in by_tens.items())


def _digits(digits: list[int]) -> str:
    if len(digits) == 10:
        return r"\d"
    if len(digits) == 1:
        return str(digits[0])
    if len(digits) > 2 and digits == list(range(digits[0], digits[-1] + 1)):
        return f"[{digits[0]}-{digits[-1]}]"
    return f"[{''.join(map(str, digits))}]"


def _either(texts: Iterable[str]) -> str:
    several = list(texts)
    return several[0] if len(several) == 1 else f"({'|'.join(several)})"


def _selects(
    pattern: str, names: Sequence[str], must: frozenset[int], must_not: frozenset[int]
) -> bool:
    compiled = re.compile(pattern)
    for index, name in enumerate(names):
        wanted = index in must
        if (wanted or index in must_not) and bool(compiled.match(name)) is not wanted:
            return False
    here = [bool(compiled.match(name)) for name in names]
    return all(
        [bool(compiled.match(name)) for name in elsewhere] == here
        for elsewhere in with_other_counters(names)
    )


def _trimmed(
    pattern: str, names: Sequence[str], must: frozenset[int], must_not: frozenset[int]
) -> str:
    """Without the underscores around its parts, where it is exact without."""
    for edge in (r"(?<=[*(|])_", r"_(?=$|[)|])"):
        shorter = re.sub(edge, "", pattern)
        if _selects(shorter, names, must, must_not):
            pattern = shorter
    return pattern
