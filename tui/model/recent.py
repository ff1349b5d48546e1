"""The models that were opened last, so that they can be opened again as they were.

One TOML file in the user's state folder. It is a convenience: what is wrong with it is said, and
never keeps anything from being opened.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from tui.model.source import ModelSource
from tui.toml import TomlError, read_toml, write_toml

RECENT_VERSION = 1

KEPT = 12
"""How many are remembered."""

HEADER = "# The models that thaw opened last. It may be deleted.\n"


class Recent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model as it was opened, and where its pictures were."""

    source: ModelSource
    data: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = RECENT_VERSION
    opened: tuple[Recent, ...] = ()


def recent_file() -> Path:
    """Where they are remembered."""
    # Slow to import, and not needed where a file is given.
    from platformdirs import user_state_path

    return user_state_path("thaw") / "recent.toml"


def read_recent(path: Path) -> tuple[Recent, ...]:
    """The models opened last, the newest first; none where there is no file yet.

    Raises:
        TomlError: there is a file, and it cannot be used.
    """
    if not os.path.exists(path):
        return ()
    raw = read_toml(path)
    version = raw.get("version")
    if isinstance(version, int) and version > RECENT_VERSION:
        raise TomlError(f"{path}: version {version} is newer than this thaw; update thaw")
    try:
        return msgspec.convert(raw, _File).opened[:KEPT]
    except msgspec.ValidationError as error:
        raise TomlError(f"{path}: not a list of models: {error}") from None


def remember(path: Path, recent: Recent) -> None:
    """Put a model in the first place, and forget what is too old.

    A file that cannot be used is kept beside the new one, as `recent.toml.broken`.

    Raises:
        OSError: it cannot be written.
        ValueError: a name in it is no text that a file can hold.
    """
    recent = _from_anywhere(recent)
    try:
        before = read_recent(path)
    except TomlError:
        before = ()
        os.replace(path, path.with_name(f"{path.name}.broken"))
    kept = (recent, *(other for other in before if other != recent))[:KEPT]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_toml(path, msgspec.to_builtins(_File(opened=kept)), HEADER)


def _from_anywhere(recent: Recent) -> Recent:
    """The same with the path of a file of one's own made absolute: it may be opened from another
    folder the next time."""
    model = recent.source.model
    file, colon, name = model.rpartition(":") if ".py:" in model else (model, "", "")
    if not file.endswith((".py", ".json", ".params")) or not os.path.isfile(file):
        return recent
    absolute = f"{Path(file).absolute()}{colon}{name}"
    return msgspec.structs.replace(
        recent, source=msgspec.structs.replace(recent.source, model=absolute)
    )
