"""What a person has set in `config.toml`, in the user's configuration folder.

    theme = "nord"          # any name that the palette's "theme" lists
    ascii = true            # draw in ASCII, whatever the terminal says that it takes
    slow = true             # as few bytes as can be, as by --slow

    [keys]
    model.train = "T"       # `thaw keys` lists all actions by their ids
    tree.down = ["down", "ctrl+n"]

A wrong entry never stands between a person and a run that goes on: it is said which entry it is
and what to do, and all others hold. Textual is not imported here: some of these have to be known
before it is. What only a mistake needs is imported when there is one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.toml import TomlError, read_toml


@dataclass(frozen=True, slots=True)
class Config:
    """The settings. `keys` are as they were written, by the id of their action."""

    theme: str = ""
    ascii: bool = False
    slow: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_TYPES: dict[str, tuple[type, str]] = {
    "theme": (str, "the name of a theme in quotes"),
    "ascii": (bool, "true or false"),
    "slow": (bool, "true or false"),
    "keys": (dict, "a table: [keys]"),
}


def config_file() -> Path:
    """Where it is looked for."""
    # Slow to import, and not needed where a file is given.
    from platformdirs import user_config_path

    return user_config_path("thaw") / "config.toml"


def read_config(path: Path) -> tuple[Config, tuple[str, ...]]:
    """The settings, and a line for each entry that cannot be used; no file sets nothing."""
    if not os.path.exists(path):
        return Config(), ()
    try:
        raw = read_toml(path)
    except TomlError as error:
        return Config(), (f"{error}; nothing of it is used",)
    entries: dict[str, Any] = {}
    problems = []
    for name, value in raw.items():
        if name not in _TYPES:
            problems.append(f"{path}: {name}: there is no such setting{nearest(name, _TYPES)}")
            continue
        kind, meant = _TYPES[name]
        if isinstance(value, kind):
            entries[name] = value
        else:
            problems.append(f"{path}: {name} = {_shown(value)}: it should be {meant}")
    keys: dict[str, tuple[str, ...]] = {}
    for name, value in _flat(entries.get("keys", {})):
        written = [value] if isinstance(value, str) else value
        if isinstance(written, list) and all(isinstance(key, str) for key in written):
            keys[name] = tuple(written)
        else:
            problems.append(
                f"{path}: keys.{name} = {_shown(value)}: it should be a key in quotes, "
                'or several: ["x", "ctrl+x"]'
            )
    return Config(**{**entries, "keys": keys}), tuple(problems)


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean …?`, or nothing where no name is near."""
    import difflib

    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """`model.train` in quotes or without: TOML makes a table within a table of the latter."""
    found: list[tuple[str, Any]] = []
    for name, value in table.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", value))
    return found


def _shown(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:39]}…"
