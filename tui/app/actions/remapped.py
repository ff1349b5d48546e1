"""The keys that actions have now: their own, but for those that `config.toml` gives others.

An entry that cannot be used leaves its action the keys that it has by default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from tui.app.actions.action import Action, Where
from tui.app.actions.key_names import NoSuchKey, is_typed, key_named
from tui.app.actions.keys import key_text
from tui.app.config import nearest

_NO_KEY = "no_key_for_"

_TOURED: tuple[Where, ...] = (
    *("model", "tree", "plan", "scroll", "train", "run", "charts", "log", "app"),
)

TOGETHER: tuple[frozenset[Where], ...] = (
    frozenset({"model", "tree", "app"}),
    frozenset({"model", "tree", "app", "browsed"}),
    frozenset({"model", "tree", "app", "run_plan"}),
    frozenset({"plan", "app"}),
    frozenset({"scroll", "model", "app"}),
    frozenset({"scroll", "run", "charts", "app", "listed_run"}),
    frozenset({"scroll", "help"}),
    frozenset({"scroll", "snippet"}),
    frozenset({"scroll", "run_facts"}),
    frozenset({"run", "log", "app", "listed_run"}),
    frozenset({"runs", "app"}),
    frozenset({"compare", "app"}),
    frozenset({"pictures", "app"}),
    frozenset({"train", "app"}),
    frozenset({"browser", "app"}),
    frozenset({"loading", "app"}),
    *(frozenset[Where]({"tour", place}) for place in _TOURED),
)
"""Places whose keys work at the same time. Where one of two has the focus, as the plan pane
before the model screen, its keys come first, and may be the same."""

TYPED_IN: frozenset[Where] = frozenset(
    {
        *("pattern", "size", "find", "rule", "choice", "file", "train"),
        *("browser", "class_names", "learning_rate", "log_search", "runs_filter"),
        "tour",  # its key comes before every field's
    }
)
"""Places in which characters are text."""


class Bound(NamedTuple):
    """One thing that keys can be given: an action, or one of those that go by the key itself."""

    id: str
    keys: tuple[str, ...]
    run: str
    action: Action


def bound(action: Action) -> list[Bound]:
    """What keys can be given of an action, with its keys by default."""
    if "{key}" not in action.run:
        return [Bound(action.id, action.keys, action.run, action)]
    return [
        Bound(f"{action.id}_{key}", (key,), action.run.format(key=key), action)
        for key in action.keys
    ]


def checked(
    wanted: Mapping[str, Sequence[str]], actions: Sequence[Action], where: str
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Which actions have which other keys, and a line for each entry that cannot be used.

    `where` is the file, to be named. Without any key an action has none.
    """
    all_bound = {one.id: one for action in actions for one in bound(action)}
    given: dict[str, tuple[str, ...]] = {}
    problems = []
    for id, written in wanted.items():
        try:
            given[id] = _keys(id, written, all_bound)
        except ValueError as problem:
            entry = f"{where}: keys.{id}"
            problems.append(f"{entry}: {problem}")
    # One that falls takes its default back, which may clash with yet another.
    while (clash := next(_clashes(given, all_bound), None)) is not None:
        key, falls, stays = clash
        del given[falls]
        problems.append(
            f"{where}: keys.{falls}: {key_text(key)} is the key of {stays} already, in the same "
            "place; give that another key too"
        )
    return given, tuple(problems)


def _keys(id: str, written: Sequence[str], all_bound: Mapping[str, Bound]) -> tuple[str, ...]:
    if id not in all_bound:
        raise ValueError(f"there is no such action{nearest(id, all_bound)} (thaw keys lists them)")
    one = all_bound[id]
    try:
        keys = tuple(dict.fromkeys(key_named(key) for key in written))
    except NoSuchKey as problem:
        raise ValueError(str(problem)) from None
    if one.action.where in TYPED_IN:
        typed = [key for key in keys if is_typed(key) and key not in one.keys]
        if typed:
            raise ValueError(
                f"{key_text(typed[0])} is text where this key works; take one with ctrl or alt, "
                "or f1 to f12"
            )
    return keys


def _clashes(
    given: Mapping[str, tuple[str, ...]], all_bound: Mapping[str, Bound]
) -> Iterator[tuple[str, str, str]]:
    """A key, the entry that has to give way, and what has the key."""
    by_key: dict[str, list[str]] = {}
    for id, one in all_bound.items():
        for key in given.get(id, one.keys):
            by_key.setdefault(key, []).append(id)
    order = {id: place for place, id in enumerate(given)}
    for key, ids in by_key.items():
        for first, second in combinations(ids, 2):
            if first not in given and second not in given:
                continue
            one, other = all_bound[first], all_bound[second]
            meant = key in one.keys and key in other.keys
            if meant or not _at_once(one.action.where, other.action.where):
                continue
            # The later entry gives way to the earlier one.
            falls = max((first, second), key=lambda id: order.get(id, -1))
            yield key, falls, second if falls == first else first


def _at_once(one: Where, other: Where) -> bool:
    return one == other or any({one, other} <= places for places in TOGETHER)


_given: dict[str, tuple[str, ...]] = {}


def use(given: Mapping[str, tuple[str, ...]]) -> None:
    """Give actions these keys from now on; all others have their own."""
    _given.clear()
    _given.update(given)


def keymap() -> dict[str, str]:
    """What Textual is told of it."""
    # An action without a key is bound to one that no terminal sends: it stays in the palette.
    return {id: ",".join(keys) or f"{_NO_KEY}{id}" for id, keys in _given.items()}


def is_key(key: str) -> bool:
    """Whether it is a key at all, and does not stand for the lack of one."""
    return not key.startswith(_NO_KEY)


def keys_of(action: Action) -> tuple[str, ...]:
    """The keys that an action has now."""
    return tuple(key for one in bound(action) for key in keys_of_bound(one))


def keys_of_bound(one: Bound) -> tuple[str, ...]:
    """The same for each key of an action that goes by the key itself."""
    return _given.get(one.id, one.keys)
