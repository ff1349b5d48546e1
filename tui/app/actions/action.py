"""What an action is, and where it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal[
    "app",
    "loading",
    "model",
    "tree",
    "pattern",
    "size",
    "find",
    "plan",
    "rule",
    "choice",
    "file",
    "presets",
    "snippet",
    "train",
    "run",
    "charts",
    "log",
    "log_search",
    "run_facts",
    "jump",
    "question",
    "help",
    "browser",
    "browsed",
    "class_names",
    "learning_rate",
    "run_plan",
    "run_plan_opening",
    "runs",
    "runs_filter",
    "listed_run",
    "compare",
    "tour",
    "pictures",
    "scroll",
    "window",
]
"""What has to be on the screen, or to have the focus, for an action to work."""


@dataclass(frozen=True, slots=True)
class Action:
    """One action.

    `keys` are Textual's names, the first is the one that is shown. `run` is what Textual calls;
    `{key}` in it stands for the key that was pressed.
    `label` is a word for the footer, `description` a sentence for help and palette. `rank` is how
    much the footer needs it: 1 stays longest, 0 is never shown. `palette` is whether it makes
    sense when chosen from a list.
    """

    id: str
    keys: tuple[str, ...]
    run: str
    label: str
    description: str
    where: Where
    rank: int = 0
    palette: bool = True
    priority: bool = False
