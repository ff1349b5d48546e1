"""Names of files on the screen: short ones, and what stands in the way of writing one."""

from __future__ import annotations

from pathlib import Path


def from_home(path: Path) -> str:
    """A path, short, and as a shell takes it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def in_the_way(path: Path, confirmed: Path | None) -> str:
    """Why a file is not written yet, in one line; empty where it can be. `confirmed` is the one
    of which it was said before that it is there.

    Raises:
        OSError: the path cannot be looked at.
    """
    if path.is_dir():
        return f"{path} is a folder: name a file in it"
    if path.exists() and path != confirmed:
        return f"{path} is there already: enter again overwrites it"
    return ""


def why_not_written(name: str, error: Exception) -> str:
    """What went wrong, in one line."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"{name} cannot be written: {reason or error}; name another file"
