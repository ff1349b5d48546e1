"""Selection by regular expression, as `Block.collect_params(select)` does it.

MXNet compiles `select` with `re` and keeps the parameters whose **prefixed name** it matches
from the start (mxnet/gluon/block.py, `collect_params`); an empty `select` keeps all. The same
here, with a time limit, since a pattern that backtracks without end must not stop the screen.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import regex

from tui.model.exact_pattern import MOST_NAMES, exact_pattern

TIME_LIMIT = 0.5
"""Seconds that one pattern may take over all names together."""


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What was probably meant: a pattern to use instead, and why."""

    pattern: str
    reason: str


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile as MXNet would.

    Raises:
        PatternError: Python's `re`, which `collect_params` uses, refuses the pattern.
    """
    try:
        with warnings.catch_warnings():
            # "Possible nested set": true, and no business of the terminal's.
            warnings.simplefilter("ignore")
            return re.compile(pattern)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        where = getattr(error, "pos", None)
        at = f" at character {where + 1}" if where is not None else ""
        what = getattr(error, "msg", str(error))
        raise PatternError(f"the pattern does not compile{at}: {what}") from None


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
    # A call with a time limit costs ten times a call without, so what cannot run away has none.
    quick: Callable[[str], object] | None = None
    if _is_tame(pattern):
        quick = compiled.search if search else compiled.match
    end = time.monotonic() + limit
    found = []
    guarded = None
    for index, name in enumerate(names):
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            if quick is not None and len(name) <= _LONG_NAME:
                matches = quick(name)
            else:
                guarded = guarded or _guarded(pattern)
                find = guarded.search if search else guarded.match
                matches = find(name, timeout=left)
        except TimeoutError:
            raise PatternError(
                "the pattern backtracks without end; make its repeats less ambiguous "
                f"(it takes longer than {limit:g} s, on {name[:80]!r})"
            ) from None
        if matches:
            found.append(index)
    return found


_LONG_NAME = 200


def _is_tame(pattern: str) -> bool:
    """Whether its cost on a short name is bounded: at most two repeats, none of a group (so none
    inside another), and few either-ors, each of which can double the work."""
    repeats = len(re.findall(r"[*+{]", pattern))
    either = len(re.findall(r"(?<!\()\?|\|", pattern))
    return repeats <= 2 and either <= 6 and not re.search(r"\)[*+?{]", pattern)


_TOKEN = re.compile(
    r"""
    (?P<escape>\\N\{[^}]*\}|\\.)
    | (?P<comment>\(\?\#[^)]*\))
    | (?P<repeat>\{(?:\d+(?:,\d*)?|,\d*)\})
    | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<brace>\{)
    """,
    re.VERBOSE | re.DOTALL,
)


def _guarded(pattern: str) -> regex.Pattern[str]:
    """The same pattern for the `regex` module, which can be given a time limit. What only it
    reads as more than text (fuzzy counts such as `{e}`, `[:alpha:]` in a set) is escaped."""

    def as_text(found: re.Match[str]) -> str:
        text = found[0]
        if found.lastgroup == "brace":
            return "\\{"
        if found.lastgroup == "set":
            return "[" + re.sub(r"(\\.)|\[", lambda m: m[1] or "\\[", text[1:], flags=re.DOTALL)
        return text

    try:
        return regex.compile(_TOKEN.sub(as_text, pattern), regex.VERSION0)
    except regex.error as error:
        raise PatternError(f"the pattern cannot be given a time limit: {error}") from None


_LEADING_LOOKAHEAD = re.compile(r"^\^?\(\?!(?P<body>[^()]*)\)(?P<rest>\.\*)?\$?$")


def suggest(
    pattern: str, names: Sequence[str], structure_names: Sequence[Sequence[str]] = ()
) -> Hint | None:
    """What was probably meant by a pattern that selects nothing or everything.

    `(?!dense).*` forbids `dense` only at the very start of a name, where a network's prefix
    stands, so it selects everything; `dense0` selects nothing, since names begin with a prefix.
    With the `structure_names` of each, a block's path (`features.0`) is understood as well.
    Only a pattern that selects something, and not everything, is ever suggested.
    """
    if not pattern:
        return None
    anchored = pattern.removeprefix("^")
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
    elif not anchored.startswith(".*"):
        tries.append(
            Hint(
                f".*{_alternatives(anchored)}",
                "matching starts at the beginning of the name; this finds it anywhere",
            )
        )
    if "." in pattern and not lookahead:
        underscored = re.sub(r"(?<!\\)\.(?![*+?{])", "_", anchored)
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
    return _by_structure(anchored, names, structure_names)


def _by_structure(
    path: str, names: Sequence[str], structure_names: Sequence[Sequence[str]]
) -> Hint | None:
    if len(names) > MOST_NAMES:
        return None
    path = path.removesuffix("$").removesuffix(".*").replace("\\.", ".").removesuffix(".")
    wanted = [
        index
        for index, places in enumerate(structure_names)
        if any(place == path or place.startswith(path + ".") for place in places)
    ]
    if not 0 < len(wanted) < len(names):
        return None
    found = exact_pattern(names, wanted)
    if not found:
        return None
    return Hint(found, f"{path} is a structure name; this is what it holds, by prefixed names")


def _alternatives(pattern: str) -> str:
    return f"({pattern})" if "|" in pattern else pattern
