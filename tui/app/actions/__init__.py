"""Every action of the app in one registry: it makes the bindings, the footer, `?` and the palette.

A binding carries its action's id, so that a keymap can give it other keys. A new pane is one
more table here.
"""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.app.actions.action import Action, Where
from tui.app.actions.browser import BROWSER
from tui.app.actions.charts import CHARTS
from tui.app.actions.everywhere import EVERYWHERE
from tui.app.actions.fields import FIELDS
from tui.app.actions.keys import key_text, keys_text
from tui.app.actions.model import MODEL
from tui.app.actions.pictures import PICTURES
from tui.app.actions.plan import PLAN
from tui.app.actions.run import RUN
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
    "key_text",
    "keys_text",
]

TITLES: dict[Where, str] = {
    "model": "What trains",
    "tree": "Moving and folding",
    "pattern": "In the pattern field",
    "find": "In the find field",
    "plan": "In the plan pane",
    "rule": "While a rule is typed",
    "snippet": "In the Python window",
    "train": "In the training form",
    "run": "Watching a run",
    "charts": "On the charts",
    "run_plan": "Changing what trains in a run",
    "pictures": "The pictures of a run",
    "browser": "The list of models",
    "browsed": "Opened from the list of models",
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
    *PICTURES,
    *BROWSER,
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
            keys,
            run,
            action.label,
            show=action.rank > 0,
            priority=action.priority,
            tooltip=action.description,
            id=id,
            system=not action.rank,
        )
        for action in at(*places)
        for keys, run, id in _calls(action)
    ]


def _calls(action: Action) -> list[tuple[str, str, str]]:
    """Keys, what they call, and the id to remap them by."""
    if "{key}" not in action.run:
        return [(",".join(action.keys), action.run, action.id)]
    return [(key, action.run.format(key=key), f"{action.id}_{key}") for key in action.keys]
