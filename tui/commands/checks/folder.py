"""What is asked of any folder: whether something can be written there, and how much."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def why_not_written(folder: Path) -> str:
    """Why nothing can be written to a folder, or it cannot be made; empty where it can be. Nothing
    is left behind, and no folder is made."""
    there = nearest(folder)
    if not there.is_dir():
        return f"{there} is no folder"
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"thaw")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        return why if there == folder else f"it cannot be made in {there}: {why}"
    return ""


def nearest(folder: Path) -> Path:
    """The folder, or the nearest above it that is there."""
    folder = folder.absolute()
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def at_home(path: Path) -> str:
    """A path, with the home folder as a shell writes it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
