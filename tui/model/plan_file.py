"""plan.toml: a freeze plan that a colleague can read, and another process can apply."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tui.model.plan import PLAN_VERSION, FreezePlan
from tui.toml import TomlError, read_toml, write_toml

HEADER = """\
# A freeze plan of thaw. Rules apply from top to bottom; later rules win.
# by = block, parameter: structure names · structure, glob: patterns on structure names
#      names: a regex on prefixed names, as collect_params takes it; covers: what it selected
"""


def read_plan(path: Path) -> FreezePlan:
    """Read a plan.

    Raises:
        TomlError: the file cannot be read, or is no plan that this version understands.
    """
    raw = read_toml(path)
    version = raw.get("version")
    if isinstance(version, int) and version > PLAN_VERSION:
        raise TomlError(f"{path}: plan version {version} is newer than this thaw; update thaw")
    try:
        return msgspec.convert(raw, FreezePlan)
    except msgspec.ValidationError as error:
        raise TomlError(f"{path}: not a freeze plan: {error}") from None


def write_plan(path: Path, plan: FreezePlan) -> None:
    """Write a plan, whole or not at all."""
    write_toml(path, msgspec.to_builtins(plan), HEADER)
