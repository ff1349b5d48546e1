"""A run by what a person calls it: a path, its name, or the beginning of its name."""

from __future__ import annotations

import os
from pathlib import Path

from tui.runs.folder import RunFolder, is_run


class NoSuchRun(ValueError):
    """No run, or several, go by a word; the message is one line."""


def find_run(word: str, home: Path) -> RunFolder:
    """The run that a word stands for: a folder by its path, else one of those in `home` by its
    name or by a beginning that no other has.

    Raises:
        NoSuchRun: none or several go by it.
    """
    try:
        path = Path(word).expanduser()
        folder = RunFolder(path)
        if is_run(folder):
            return folder
        is_folder = path.is_dir()
        if is_folder and (os.sep in word or word in (".", "..")):
            raise NoSuchRun(f"{word}: no run folder (it has no run.toml)")
        named = begun_so(word, home)
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, NoSuchRun):
            raise
        why = getattr(error, "strerror", None) or str(error)
        raise NoSuchRun(f"{word}: no run folder: {why.lower()}") from None
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(one.path.name for one in named[:4])
        more = f" and {len(named) - 4} more" if len(named) > 4 else ""
        raise NoSuchRun(f"{word}: {len(named)} runs begin so: {names}{more}")
    if is_folder:
        raise NoSuchRun(f"{word}: no run folder (it has no run.toml)")
    raise NoSuchRun(f"{word}: no run folder, and no run is named so; thaw runs lists them")


def begun_so(word: str, home: Path) -> list[RunFolder]:
    """The runs in a folder whose names begin with a word; the one alone that is its whole name.

    Raises:
        OSError: the folder may not be read.
    """
    from tui.runs.listed import run_folders  # a path needs none of it

    folders = run_folders(home) if word else []
    named = [one for one in folders if one.path.name == word]
    return named or [one for one in folders if one.path.name.startswith(word)]


def nearest_run(home: Path) -> RunFolder:
    """The run that is meant where none is named: the only one that is going on, else the one
    begun last.

    Raises:
        NoSuchRun: there is none.
    """
    from tui.runs.listed import ACTIVE, list_run, run_folders

    try:
        folders = run_folders(home)
    except OSError as error:
        raise NoSuchRun(f"{home}: {(error.strerror or str(error)).lower()}") from None
    if not folders:
        raise NoSuchRun(f"{home}: there is no run yet; thaw train makes one")
    active = [one for one in folders if list_run(one).state in ACTIVE]
    return active[0] if len(active) == 1 else folders[0]
