"""plan.toml: a freeze plan that a colleague can read, and another process can apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from tui.model.plan import ACTIONS, PLAN_VERSION, SELECTORS, FreezePlan
from tui.toml import TomlError, read_toml, toml_text, write_toml

HEADER = """\
# A freeze plan of thaw. Rules apply from top to bottom; later rules win.
# action = freeze, thaw, freeze statistics, thaw statistics; lr_mult, wd_mult with a value
# by = block, parameter: structure names · structure, glob: patterns on structure names
#      names: a regex on prefixed names, as collect_params takes it; covers: what it selected
#      role: trunk, neck, head · all: the whole model
# epoch = the one from which a rule is in force; off = true keeps a rule without using it
"""


def read_plan(path: Path | str) -> FreezePlan:
    """Read a plan.

    Raises:
        TomlError: the file cannot be read, or is no plan that this version understands.
    """
    path = Path(path)
    raw = read_toml(path)
    version = raw.get("version")
    if isinstance(version, int) and version > PLAN_VERSION:
        raise TomlError(f"{path}: plan version {version} is newer than this thaw; update thaw")
    if unknown := _unknown_word(raw):
        raise TomlError(f"{path}: {unknown}")
    try:
        return msgspec.convert(raw, FreezePlan)
    except msgspec.ValidationError as error:
        raise TomlError(f"{path}: not a freeze plan: {error}") from None


def write_plan(path: Path, plan: FreezePlan, about: str = "") -> None:
    """Write a plan, whole or not at all. `about` is a line that says whose it is."""
    write_toml(path, _content(plan), f"# {about}\n{HEADER}" if about else HEADER)


def plan_text(plan: FreezePlan) -> str:
    """What stands in the file of a plan."""
    return toml_text(_content(plan), HEADER)


def _content(plan: FreezePlan) -> dict[str, Any]:
    content: dict[str, Any] = {"version": plan.version}
    if plan.dropout_off:
        content["dropout_off"] = True
    content["rules"] = msgspec.to_builtins(plan.rules)
    return content


def _unknown_word(raw: dict[str, Any]) -> str:
    """An action or a kind of selector that there is not, in one line; empty where all are known.
    Anything else that is wrong is found by the conversion."""
    rules = raw.get("rules")
    for number, rule in enumerate(rules if isinstance(rules, list) else (), start=1):
        for key, known in (("action", ACTIONS), ("by", SELECTORS)):
            word = rule.get(key) if isinstance(rule, dict) else None
            if isinstance(word, str) and word not in known:
                return f"rule {number}: no {key} {word!r}; there are {', '.join(known)}"
    return ""
