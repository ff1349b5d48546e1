"""The guided tour."""

from __future__ import annotations

from tui.app.actions.action import Action

TOUR: tuple[Action, ...] = (
    Action(
        "tour.end",
        ("ctrl+g",),
        "end_tour",
        "end tour",
        "end the guided tour; thaw demo --tour shows it again",
        "tour",
        rank=6,
        priority=True,
    ),
)
