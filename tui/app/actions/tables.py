"""The registry as tables: for the README, and as TOML to begin a configuration with."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tui.app.actions import ACTIONS, TITLES, Action, Where, at, bound, key_text, remapped

BEGIN = "<!-- keys: made by `python -m tui.app.actions README.md` -->"
END = "<!-- keys: end -->"

SHOWN: tuple[Where, ...] = ("model", "tree", "pattern", "run")
"""Places whose keys are in sight; those of all others are a click away."""

_TOGETHER: dict[Where, Where] = {"loading": "app", "browsed": "browser"}


def toml_lines() -> Iterator[str]:
    """A `[keys]` table of all actions with the keys that they have now."""
    yield "[keys]"
    width = max(len(one.id) for action in ACTIONS for one in bound(action))
    for action in ACTIONS:
        for one in bound(action):
            keys = remapped.keys_of_bound(one)
            value = json.dumps(keys[0] if len(keys) == 1 else keys)
            yield f"{one.id:<{width}} = {value}  # {action.description}"


def readme_region() -> str:
    """The tables of the README, with the marks around them."""
    lines = [BEGIN, ""]
    for place in SHOWN:
        lines += [f"**{TITLES[place]}**", "", *_table(place), ""]
    lines += ["<details>", "<summary>The keys of all other places</summary>", ""]
    for place, title in TITLES.items():
        if place not in SHOWN:
            lines += [f"**{title}**", "", *_table(place), ""]
    return "\n".join([*lines, "</details>", "", END])


def with_region(readme: str) -> str:
    """A README with its tables made anew.

    Raises:
        ValueError: it has not the two marks between which they stand.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"there is no line {BEGIN!r}, or no {END!r} after it")
    return f"{before}{readme_region()}{after}"


def _table(place: Where) -> Iterator[str]:
    yield "| key | what it does | id |"
    yield "| --- | --- | --- |"
    for action in at(place):
        yield f"| {_keys(action)} | {action.description} | `{action.id}` |"


def _keys(action: Action) -> str:
    texts = [key_text(key) for key in action.keys]
    if len(texts) > 2 and "".join(texts).isdigit():
        return f"`{texts[0]}`…`{texts[-1]}`"
    # A bar ends a cell, whatever stands around it.
    return " ".join(f"`{text}`".replace("|", "\\|") for text in texts)
