"""TOML files, read with one clear error and written whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tui.whole_file import whole_file


class TomlError(ValueError):
    """A file that cannot be used; the message names it and says why, in one line."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        TomlError: it is missing, unreadable or not TOML.
    """
    # The first frame needs this only where there is a file to read.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise TomlError(f"{path}: {error.strerror or error}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TomlError(f"{path}: not a TOML file: {error}") from None


def write_toml(path: Path, content: dict[str, Any], header: str = "") -> None:
    """Write a TOML file through a temporary name, so that a reader never sees half of it."""
    text = toml_text(content, header)
    with whole_file(path) as temporary:
        temporary.write_bytes(text.encode())


def toml_text(content: dict[str, Any], header: str = "") -> str:
    """What stands in such a file."""
    import tomli_w

    return header + tomli_w.dumps(_without_none(content), multiline_strings=False)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(item) for item in value]
    return value
