"""What a new run is made of: the same from the form and from the command line."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec.structs import replace

from tui.model.source import runs_python
from tui.runs.inspection import DataSummary, Opened
from tui.runs.recipe import RecipeInfo
from tui.runs.spec import Hyperparameters, RunSpec

BUILT_IN = "shapes"
"""The data that is drawn by the trainer itself and has no path."""


def new_spec(opened: Opened, recipe: RecipeInfo, data: str, hyper: Hyperparameters) -> RunSpec:
    """The run of a model that is open, on data as `data_path` names it."""
    return RunSpec(opened.source, recipe.name, data, hyper, seed=opened.source.seed)


def named_by_data(spec: RunSpec, opened: Opened, data: DataSummary | None) -> RunSpec:
    """The same run with the class names of its data, where it trains a classifier of one's own that
    names none: what it predicts later is to be named as well."""
    own = runs_python(spec.model.model) or spec.model.model.endswith(".json")
    names_none = not (spec.model.classes or opened.model.classes)
    if data is None or not (own and names_none and spec.recipe == "classification"):
        return spec
    return replace(spec, model=replace(spec.model, classes=data.classes))


def data_path(text: str) -> str:
    """The data as run.toml names it: an absolute path, or the word for the built-in pictures."""
    text = text.strip()
    return text if text in ("", BUILT_IN) else str(absolute(text))


def folder_problem(text: str) -> str:
    """Why a run cannot be put into this folder; empty where it can."""
    text = text.strip()
    if not text:
        return ""
    if "\0" in text:
        return "no folder can have this name"
    path = absolute(text)
    try:
        if path.is_dir():
            if (path / "run.toml").exists():
                return "holds a run already; name another folder"
            if any(path.iterdir()):
                return "is not empty; name a new folder"
            return "" if os.access(path, os.W_OK) else "may not be written to"
        if path.exists():
            return "is a file; name a folder"
        above = next(folder for folder in path.parents if folder.exists())
        if not above.is_dir():
            return f"{above} is a file; name another folder"
        return "" if os.access(above, os.W_OK) else f"{above} may not be written to"
    except OSError as error:
        return error.strerror or str(error)


def absolute(text: str) -> Path:
    """A path as a person types it, whole."""
    return Path(os.path.abspath(os.path.expanduser(text)))
