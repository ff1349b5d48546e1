"""The training form."""

from __future__ import annotations

from tui.app.actions.action import Action

TRAIN: tuple[Action, ...] = (
    Action(
        "train.start",
        ("ctrl+s", "ctrl+t"),
        "start",
        "start",
        "start the run, once everything is right",
        "train",
        rank=1,
        priority=True,
    ),
    Action(
        "train.next",
        ("down", "ctrl+j"),
        "app.focus_next",
        "next field",
        "go to the next field",
        "train",
        palette=False,
    ),
    Action(
        "train.previous",
        ("up", "ctrl+k"),
        "app.focus_previous",
        "previous field",
        "go to the field before",
        "train",
        palette=False,
    ),
    Action(
        "train.close",
        ("escape",),
        "close",
        "back",
        "go back to the model; what was typed is kept",
        "train",
        rank=1,
        palette=False,
    ),
)
