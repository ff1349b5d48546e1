"""Selection by regular expression, as `Block.collect_params(select)` does it.

MXNet compiles `select` with `re` and keeps the parameters whose **prefixed name** it matches
from the start (mxnet/gluon/block.py, `collect_params`); an empty `select` keeps all. The same
here, with a time limit, since a pattern that backtracks without end must not stop the screen.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import regex

TIME_LIMIT = 0.5
"""Seconds that one pattern may take over all names together."""


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What was probably meant: a pattern to use instead, and why."""

    pattern: str
    reason: str


def compile_pattern(pattern: str) -> regex.Pattern[str]:
    """Compile as MXNet would.

    Raises:
        PatternError: Python's `re`, which `collect_params` uses, refuses the pattern.
    """
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        at = f" at character {where + 1}" if where is not None else ""
        what = getattr(error, "msg", str(error))
        raise PatternError(f"the pattern does not compile{at}: {what}") from None
    try:
        return regex.compile(pattern, regex.VERSION0)
    except regex.error as error:
        raise PatternError(f"the pattern does not compile: {error}") from None


def match_names(
    pattern: str, names: Sequence[str], *, search: bool = False, limit: float = TIME_LIMIT
) -> list[int]:
    """The indices of the names that a pattern selects.

    By default as `collect_params`: anchored at the start, not at the end, and an empty pattern
    selects all. With `search`, anywhere in the name.

    Raises:
        PatternError: it does not compile, or takes longer than `limit` seconds.
    """
    if not pattern:
        return list(range(len(names)))
    compiled = compile_pattern(pattern)
    find = compiled.search if search else compiled.match
    end = time.monotonic() + limit
    found = []
    for index, name in enumerate(names):
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            if find(name, timeout=left):
                found.append(index)
        except TimeoutError:
            raise PatternError(
                f"the pattern takes longer than {limit:g} s: it backtracks on {name!r}; "
                "make a repeated part less ambiguous"
            ) from None
    return found


_LEADING_LOOKAHEAD = re.compile(r"^\^?\(\?!(?P<body>[^()]*)\)(?P<rest>\.\*)?\$?$")


def suggest(pattern: str, names: Sequence[str]) -> Hint | None:
    """What was probably meant by a pattern that selects nothing or everything.

    `(?!dense).*` forbids `dense` only at the very start of a name, where a network's prefix
    stands, so it selects everything; `dense0` selects nothing, since names begin with a prefix.
    Only a pattern that selects something, and not everything, is ever suggested.
    """
    if not pattern:
        return None
    lookahead = _LEADING_LOOKAHEAD.match(pattern)
    tries: list[Hint] = []
    if lookahead and not lookahead["body"].startswith(".*"):
        body = lookahead["body"]
        tries.append(
            Hint(
                f"(?!.*{_alternatives(body)}).*",
                f"names begin with a prefix; this leaves out {body!r} anywhere in the name",
            )
        )
    elif not pattern.startswith((".*", "^")):
        tries.append(
            Hint(
                f".*{_alternatives(pattern)}",
                "matching starts at the beginning of the name; this finds it anywhere",
            )
        )
    if "." in pattern and not lookahead:
        underscored = re.sub(r"(?<!\\)\.(?![*+?{])", "_", pattern)
        tries.append(
            Hint(f".*{_alternatives(underscored)}", "prefixed names join their parts with _")
        )
    for hint in tries:
        try:
            found = len(match_names(hint.pattern, names))
        except PatternError:
            continue
        if 0 < found < len(names):
            return hint
    return None


def _alternatives(pattern: str) -> str:
    return f"({pattern})" if "|" in pattern else pattern
