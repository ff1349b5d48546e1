"""Every action of the app in one registry: it makes the bindings, the footer, `?` and the palette.

A binding carries its action's id, so that a keymap can give it other keys. A new pane is one
more table here.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.app.actions.action import Action, Where
from tui.app.actions.browser import BROWSER
from tui.app.actions.charts import CHARTS
from tui.app.actions.compare import COMPARE
from tui.app.actions.everywhere import EVERYWHERE
from tui.app.actions.fields import FIELDS
from tui.app.actions.keys import key_text, keys_text
from tui.app.actions.log import LOG
from tui.app.actions.model import MODEL
from tui.app.actions.pictures import PICTURES
from tui.app.actions.plan import PLAN
from tui.app.actions.remapped import bound, is_key, keys_of
from tui.app.actions.run import RUN
from tui.app.actions.runs import RUNS
from tui.app.actions.scroll import SCROLL
from tui.app.actions.tour import TOUR
from tui.app.actions.train import TRAIN
from tui.app.actions.tree import TREE
from tui.app.actions.windows import WINDOWS

__all__ = [
    "ACTIONS",
    "BY_ID",
    "TITLES",
    "Action",
    "Where",
    "at",
    "bindings",
    "bound",
    "is_key",
    "key_of",
    "key_text",
    "keys_of",
    "keys_text",
]

TITLES: dict[Where, str] = {
    "model": "What trains",
    "tree": "Moving and folding",
    "pattern": "In the pattern field",
    "find": "In the find field",
    "plan": "In the plan pane",
    "rule": "While a rule is typed",
    "choice": "Choosing a word",
    "file": "Naming a file for the plan",
    "size": "Typing a picture's size",
    "presets": "All plans by name",
    "snippet": "In the Python window",
    "train": "In the training form",
    "run": "Watching a run",
    "charts": "On the charts",
    "log": "In the log",
    "log_search": "Searching the log",
    "jump": "Going to another pane",
    "run_plan": "Changing what trains in a run",
    "runs": "The list of runs",
    "runs_filter": "While a filter of runs is typed",
    "listed_run": "A run opened from the list of runs",
    "compare": "Comparing runs",
    "pictures": "The pictures of a run",
    "run_facts": "What a run has shown",
    "learning_rate": "Setting the learning rate",
    "run_plan_opening": "Opening a run's model",
    "browser": "The list of models",
    "tour": "On the guided tour",
    "class_names": "Naming classes",
    "browsed": "Opened from the list of models",
    "loading": "While something is opened",
    "scroll": "In what scrolls",
    "question": "Answering a question",
    "window": "In every window",
    "help": "In the list of keys",
    "app": "Everywhere",
}
"""Headings of the help screen, in its order."""


ACTIONS: tuple[Action, ...] = (
    *PLAN,
    *MODEL,
    *TREE,
    *FIELDS,
    *WINDOWS,
    *TRAIN,
    *RUN,
    *CHARTS,
    *RUNS,
    *COMPARE,
    *LOG,
    *PICTURES,
    *BROWSER,
    *TOUR,
    *SCROLL,
    *EVERYWHERE,
)
"""All of them, in the order of the footer and the help."""

BY_ID = {action.id: action for action in ACTIONS}


def at(*places: Where) -> tuple[Action, ...]:
    """The actions of these places, in the table's order."""
    return tuple(action for action in ACTIONS if action.where in places)


def bindings(*places: Where) -> list[BindingType]:
    """Textual's bindings for the actions of these places."""
    return [
        Binding(
            ",".join(one.keys),
            one.run,
            action.label,
            show=action.rank > 0,
            priority=action.priority,
            tooltip=action.description,
            id=one.id,
            system=not action.rank,
        )
        for action in at(*places)
        for one in bound(action)
    ]


def key_of(id: str) -> str:
    """The key of an action, to be named in a sentence; its name where it has no key."""
    action = BY_ID[id]
    keys = keys_of(action)
    return key_text(keys[0]) if keys else f"({action.label})"
