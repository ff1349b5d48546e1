"""A RUN argument: a run folder by its path, its name, or the beginning of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.commands.problem import Problem

if TYPE_CHECKING:
    from tui.model.plan import FreezePlan
    from tui.runs.folder import RunFolder
    from tui.runs.spec import RunSpec


def run_of(word: str | None) -> RunFolder:
    """The run that a word stands for; without one, the only run that is going on, else the newest.
    None, or several, are a problem."""
    from tui.runs.finding import NoSuchRun, find_run, nearest_run
    from tui.runs.folder import runs_home

    try:
        return nearest_run(runs_home()) if word is None else find_run(word, runs_home())
    except NoSuchRun as error:
        raise Problem(str(error)) from None


def run_called(word: str) -> RunFolder | None:
    """The one run that a word stands for, where it is no path; None where there is none, or
    several."""
    from tui.runs.finding import NoSuchRun, find_run
    from tui.runs.folder import runs_home

    try:
        return find_run(word, runs_home())
    except NoSuchRun:
        return None


def read_run(folder: RunFolder) -> tuple[RunSpec, FreezePlan]:
    """A run as it was made; one that cannot be read is a problem."""
    from tui.toml import TomlError

    try:
        return folder.read()
    except TomlError as error:
        raise Problem(str(error)) from None
